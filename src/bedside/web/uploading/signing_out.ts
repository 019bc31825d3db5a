/** The next person here must not find somebody else's files and drafts in the browser. */
import { forgetAll } from "./kept_files";
import { forgetForms } from "./kept_forms";

/** Of staff, and of the patient's app. */
const SIGN_OUTS = ["/sign-out", "/app/sign-out"];

export function startForgetting(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return; // somebody is asked first (leaving.ts)
    // Not form.action: a field named “action” would shadow it.
    if (!(form instanceof HTMLFormElement) || !SIGN_OUTS.includes(form.getAttribute("action") ?? "")) return;
    event.preventDefault();
    signOut(form);
  });
}

export function signOut(form: HTMLFormElement): void {
  void Promise.all([forgetAll(), forgetForms()]).finally(() => form.submit());
}
