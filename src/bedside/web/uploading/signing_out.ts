/** The next person here must not find somebody else's files in the browser. */
import { forgetAll } from "./kept_files";

export function startForgetting(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // Not form.action: a field named “action” would shadow it.
    if (!(form instanceof HTMLFormElement) || form.getAttribute("action") !== "/sign-out") return;
    event.preventDefault();
    void forgetAll().finally(() => form.submit());
  });
}
