/** Recovery codes: printed, or copied to where passwords are kept. */
import { announce } from "../components/announce";

export function startRecoveryCodes(): void {
  const row = document.querySelector<HTMLElement>("[data-codes]");
  if (!row) return;
  row.hidden = false;
  row.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("button");
    if (!button) return;
    if ("codesPrint" in button.dataset) window.print();
    const { codesCopy, codesCopied = "" } = button.dataset;
    if (!codesCopy) return;
    void navigator.clipboard?.writeText(codesCopy).then(() => {
      const label = button.querySelector("span");
      if (label) label.textContent = codesCopied;
      announce(codesCopied);
    });
  });
}
