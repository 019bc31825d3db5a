/**
 * Forms: the summary of errors takes the focus, and a form being sent is not sent twice. aria-busy
 * shows the spinner on the button (see button.css).
 */
function onSubmit(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === "dialog") return;
  if (form.dataset.sending !== undefined) {
    event.preventDefault();
    return;
  }
  // htmx reports the end of a request itself; a plain form leaves the page.
  if (event.defaultPrevented || form.matches("[hx-post], [hx-get], [hx-put], [hx-delete], [hx-patch]")) return;
  form.dataset.sending = "";
  event.submitter?.setAttribute("aria-busy", "true");
}

/** A page restored from the browser's cache can be submitted again. */
function onPageShow(event: PageTransitionEvent): void {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sending]")) {
    delete form.dataset.sending;
    for (const button of form.elements) button.removeAttribute("aria-busy");
  }
}

function focusFirst(root: ParentNode): void {
  root.querySelector<HTMLElement>("[data-focus-first]")?.focus();
}

/** The summary names the errors in the order of the fields, whoever found them in whatever order. */
function sortSummaries(): void {
  for (const list of document.querySelectorAll(".form-summary ul")) {
    const place = (item: Element): Element | null => {
      const id = item.querySelector("a")?.getAttribute("href")?.slice(1);
      return id ? document.getElementById(id) : null;
    };
    const follows = (one: Element, other: Element): number => {
      const [a, b] = [place(one), place(other)];
      if (!a || !b || a === b) return 0;
      return a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
    };
    list.append(...[...list.children].sort(follows));
  }
}

export function startForms(): void {
  sortSummaries();
  document.addEventListener("submit", onSubmit);
  window.addEventListener("pageshow", onPageShow);
  document.addEventListener("htmx:afterSwap", (event) => focusFirst(event.target as HTMLElement));
  focusFirst(document);
}

/** Buttons show a spinner during their htmx request. */
export function startBusyRequests(): void {
  const mark = (event: Event, busy: boolean): void => {
    const element = event.target as HTMLElement;
    const button = element.matches("button, a.button")
      ? element
      : element.querySelector<HTMLElement>("button[type=submit]");
    if (busy) button?.setAttribute("aria-busy", "true");
    else button?.removeAttribute("aria-busy");
  };
  document.addEventListener("htmx:beforeRequest", (event) => mark(event, true));
  document.addEventListener("htmx:afterRequest", (event) => mark(event, false));
}
