/** What the oldest browsers that scripts are built for (assets/build.mjs) do not have themselves. */

/** Returns a signal that aborts after some milliseconds (AbortSignal.timeout needs Safari 16). */
export function patience(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  window.setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}

/** Whether an element takes part in the layout (checkVisibility needs Safari 17.4). */
export function isDrawn(element: Element): boolean {
  const check = (element as Partial<Element>).checkVisibility;
  return check ? check.call(element) : element.getClientRects().length > 0;
}
