/** Whether this page is an app on the first screen, and whether the phone is one of Apple's. */

export function isInstalled(): boolean {
  return matchMedia("(display-mode: standalone)").matches;
}

/** Phones and tablets of Apple; newer tablets call themselves Macintosh, and have a touch screen. */
export function isApplePhone(): boolean {
  const { userAgent, maxTouchPoints } = navigator;
  return /iPhone|iPad|iPod/.test(userAgent) || (userAgent.includes("Macintosh") && maxTouchPoints > 1);
}
