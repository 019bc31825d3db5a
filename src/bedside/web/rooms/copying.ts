/** A button with data-copy puts that text on the clipboard and shows data-copied. */
import { toast } from "../components/toasts";

/** For pages without a clipboard, because they were not loaded over HTTPS. */
function copyBySelection(text: string, beside: HTMLElement): boolean {
  const field = Object.assign(document.createElement("textarea"), {
    value: text,
    readOnly: true,
    className: "visually-hidden",
  });
  beside.after(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  beside.focus();
  return copied;
}

async function copy(button: HTMLElement): Promise<void> {
  const text = button.dataset.copy ?? "";
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copied = copyBySelection(text, button);
  }
  if (copied) toast(button.dataset.copied ?? "", "good");
}

export function startCopying(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    if (button) void copy(button);
  });
}
