/**
 * Ticking files of a list (checkboxes “chosen” of a form with data-choosing): how many, and what
 * can be done with that many. Marking and sorting them happens without leaving the page.
 */
import { readCounted, sayCount } from "../components/counted";
import { toast } from "../components/toasts";
import { refreshAround } from "./fragments";
import { post } from "./posts";

function boxes(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.elements].filter(
    (one): one is HTMLInputElement => one instanceof HTMLInputElement && one.name === "chosen",
  );
}

/** Shows the bar if something is ticked; two are needed to compare. */
function showChosen(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-choosing]")) {
    const bar = form.querySelector<HTMLElement>("[data-several]");
    if (!bar) continue;
    const count = boxes(form).filter((box) => box.checked).length;
    bar.dataset.several = "follows";
    bar.hidden = count === 0;
    const text = bar.querySelector<HTMLElement>("[data-several-count]");
    if (text) text.textContent = sayCount(readCounted(text.dataset.counted), count);
    const compare = bar.querySelector<HTMLButtonElement>("[data-compare]");
    if (compare) compare.disabled = count !== 2;
  }
}

/** Marks or sorts the ticked files in the background, with Undo for marking. */
function onSubmit(event: SubmitEvent): void {
  const { target: form, submitter } = event;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-choosing]")) return;
  if (!(submitter instanceof HTMLButtonElement) || !submitter.dataset.said) return;
  event.preventDefault();
  event.stopPropagation();
  const chosen = boxes(form).filter((box) => box.checked);
  const fields = {
    chosen: chosen.map((box) => box.value).join(" "),
    do: submitter.value,
    category: new FormData(form).get("category")?.toString() ?? "",
  };
  const words = readCounted(submitter.dataset.said);
  for (const box of chosen) box.checked = false;
  showChosen();
  document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  const again = (): void => {
    for (const list of new Set(chosen.map((box) => box.closest("[data-live-fragment]")))) if (list) refreshAround(list);
  };
  post(form.action, fields, (ok, sentence) => {
    again();
    if (!ok) {
      toast(sentence, "bad");
      return;
    }
    const label = document.querySelector<HTMLElement>("[data-undo-label]")?.dataset.undoLabel ?? "";
    const undo = { label, run: () => post(form.action, { ...fields, do: "unreview" }, again) };
    toast(sayCount(words, chosen.length), "good", fields.do === "review" ? undo : undefined);
  });
}

/** Enter on a box would press the first button of the bar, which nobody has looked at. Space ticks. */
function keepFromSubmitting(event: KeyboardEvent): void {
  const { key, target: box } = event;
  if (key !== "Enter" || !(box instanceof HTMLInputElement) || box.name !== "chosen") return;
  if (box.form?.matches("[data-choosing]")) event.preventDefault();
}

export function startChoosing(): void {
  document.addEventListener("keydown", keepFromSubmitting);
  document.addEventListener("change", (event) => {
    if ((event.target as Element).matches("input[name=chosen]")) showChosen();
  });
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("bedside:fragment", showChosen);
  window.addEventListener("pageshow", showChosen);
  // A download leaves the page where it is, so its form may be submitted again at once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-stays-ready]")) return;
    window.setTimeout(() => {
      delete form.dataset.sending;
      for (const button of form.elements) button.removeAttribute("aria-busy");
    });
  });
  showChosen();
}
