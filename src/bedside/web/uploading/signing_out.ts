/** The next person here must not find somebody else's files and drafts in the browser. */
import { forgetAll } from "./kept_files";
import { forgetForms } from "./kept_forms";

export function startForgetting(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // Not form.action: a field named “action” would shadow it.
    if (!(form instanceof HTMLFormElement) || form.getAttribute("action") !== "/sign-out") return;
    event.preventDefault();
    void Promise.all([forgetAll(), forgetForms()]).finally(() => form.submit());
  });
}
