/** “Show” beside a password: a long one is easily mistyped when it cannot be read. */
export function startPasswords(): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-shows-password]")) {
    const field = document.getElementById(button.dataset.showsPassword ?? "");
    if (!(field instanceof HTMLInputElement)) continue;
    button.hidden = false;
    field.dataset.secret = "";
    button.addEventListener("click", () => {
      const isShown = field.type === "text";
      field.type = isShown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!isShown));
    });
    // Sent as a password again, so that the browser offers to keep it as one.
    field.form?.addEventListener("submit", () => {
      field.type = "password";
    });
  }
}
