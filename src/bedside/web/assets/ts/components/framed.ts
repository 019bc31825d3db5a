/**
 * A page of the console beside a call: it stands in a frame of the call window. What leaves the
 * call (signing out, another call) happens in the whole window.
 */
const LEAVES = 'form[action="/sign-out"], a[href^="/calls/"]';

export function startFramed(): void {
  if (window.top === window) return;
  document.documentElement.dataset.framed = "";
  const lead = (event: Event): void => {
    const leaving = (event.target as Element).closest<HTMLFormElement | HTMLAnchorElement>(LEAVES);
    if (leaving) leaving.target = "_top";
  };
  for (const kind of ["click", "submit"]) document.addEventListener(kind, lead, true);
}
