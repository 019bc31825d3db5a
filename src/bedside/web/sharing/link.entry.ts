/** The page of a link: copying it, and handing it to another app of the phone. */
import { announce } from "../components/announce";

function startCopying(button: HTMLButtonElement): void {
  const field = document.getElementById(button.dataset.copies ?? "") as HTMLInputElement | null;
  if (!field || !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const words = button.dataset.copied ?? "";
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.focus();
      field.select(); // a browser that does not allow it: the person copies what is marked
      return;
    }
    announce(words);
    const label = button.querySelector("span");
    if (label) label.textContent = words;
  });
}

function startSending(button: HTMLButtonElement): void {
  const field = document.getElementById(button.dataset.sends ?? "") as HTMLInputElement | null;
  if (!field || typeof navigator.share !== "function") return;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ url: field.value }).catch(() => undefined); // the person changed their mind
  });
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copies]")) startCopying(button);
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-sends]")) startSending(button);
