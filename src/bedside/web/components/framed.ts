/**
 * A page of the console in a frame: beside a call, or the chart beside the page after it. What leaves the call (signing
 * out) happens in the whole window; “Start call” and “Next patient” are passed to the window, which
 * asks what to do while a call is in progress. The window also learns where a link leads, in case
 * that page does not come.
 */
const LEAVES = 'form[action="/sign-out"], a[href^="/calls/"]';
const STARTS = /^\/visits\/(vis_\w+)\/call$/;
const GOES_ON = /^\/rooms\/rom_\w+\/next$/;

/** The value of data-framed in a page of the console itself, which has the menu and says what happens. */
export const IN_CONSOLE = "console";

function isInConsole(): boolean {
  return window.parent.document.querySelector(".shell") !== null;
}

export function startFramed(): void {
  const { parent } = window;
  if (parent === window) return;
  document.documentElement.dataset.framed = isInConsole() ? IN_CONSOLE : "";
  const tell = (name: string, detail: unknown): void => {
    parent.document.dispatchEvent(new CustomEvent(name, { detail }));
  };
  const lead = (event: Event): void => {
    const leaving = (event.target as Element).closest<HTMLFormElement | HTMLAnchorElement>(LEAVES);
    if (leaving) leaving.target = "_top";
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]:not([target], [download])");
    if (link) tell("bedside:beside-opens", link.href);
  };
  const submit = (event: SubmitEvent): void => {
    lead(event);
    const form = event.target as HTMLFormElement;
    const action = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
    const visit = STARTS.exec(action)?.[1];
    if (!visit && !GOES_ON.test(action)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (visit) tell("bedside:start-call", { visit, leg: String(new FormData(form).get("leg") ?? "") });
    else tell("bedside:next-patient", null);
  };
  document.addEventListener("click", lead, true);
  document.addEventListener("submit", submit, true);
}
