/**
 * The palette behind Ctrl-K and “/”: finds a patient or an action. The server fills #palette-found;
 * the sections of the rail are filtered here. Combobox pattern with aria-activedescendant.
 */
import { readCounted, sayCount } from "./counted";
import { openDialog } from "./dialogs";
import { isTyping, singleKeysOn } from "./keys";

interface Palette {
  dialog: HTMLDialogElement;
  input: HTMLInputElement;
  list: HTMLElement;
  found: HTMLElement;
  count: HTMLElement | null;
  empty: HTMLElement | null;
}

function parts(): Palette | null {
  const dialog = document.getElementById("palette");
  const input = document.getElementById("palette-words");
  const list = document.getElementById("palette-list");
  const found = document.getElementById("palette-found");
  if (!(dialog instanceof HTMLDialogElement) || !(input instanceof HTMLInputElement) || !list || !found) return null;
  return {
    dialog,
    input,
    list,
    found,
    count: dialog.querySelector<HTMLElement>("[data-palette-count]"),
    empty: dialog.querySelector<HTMLElement>("[data-palette-empty]"),
  };
}

function optionsOf(palette: Palette): HTMLElement[] {
  return [...palette.list.querySelectorAll<HTMLElement>("[role=option]:not([hidden])")];
}

function choose(palette: Palette, option: HTMLElement | undefined): void {
  for (const other of palette.list.querySelectorAll("[aria-selected=true]"))
    other.setAttribute("aria-selected", "false");
  if (!option) {
    palette.input.removeAttribute("aria-activedescendant");
    return;
  }
  option.setAttribute("aria-selected", "true");
  palette.input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

/** Hides the sections that do not match, numbers the options, chooses the first. */
function refresh(palette: Palette): void {
  const words = palette.input.value.trim().toLocaleLowerCase();
  if (!words) palette.found.replaceChildren();
  for (const group of palette.list.querySelectorAll<HTMLElement>("[role=group]")) {
    const options = [...group.querySelectorAll<HTMLElement>("[role=option]")];
    if (!palette.found.contains(group)) {
      for (const option of options) option.hidden = !option.textContent.toLocaleLowerCase().includes(words);
    }
    group.hidden = options.every((option) => option.hidden);
  }
  for (const numbered of palette.list.querySelectorAll("[role=option][id]")) numbered.removeAttribute("id");
  const options = optionsOf(palette);
  options.forEach((option, index) => {
    option.id = `palette-option-${index}`;
  });
  choose(palette, options[0]);
  if (palette.empty) palette.empty.hidden = options.length > 0;
  showCount(palette, options.length);
}

function showCount({ count }: Palette, found: number): void {
  if (!count) return;
  const { none = "", counted } = count.dataset;
  count.textContent = found === 0 ? none : sayCount(readCounted(counted), found);
}

function onInputKey(palette: Palette, event: KeyboardEvent): void {
  const options = optionsOf(palette);
  const here = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose(palette, options[(here + 1) % options.length]);
  else if (event.key === "ArrowUp") choose(palette, options[(here - 1 + options.length) % options.length]);
  else if (event.key === "Enter") options[here]?.click();
  else return;
  event.preventDefault();
}

function open(palette: Palette): void {
  palette.input.value = "";
  refresh(palette);
  openDialog("palette");
  palette.input.focus();
}

/** Goes on with a command that lacks its patient. */
function fill(palette: Palette, words: string): void {
  palette.input.value = words;
  palette.input.focus();
  palette.input.dispatchEvent(new Event("input", { bubbles: true }));
}

export function startPalette(): void {
  const palette = parts();
  if (!palette) return;
  document.addEventListener("keydown", (event) => {
    const withControl =
      event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const plain = event.key === "/" && !event.ctrlKey && !event.metaKey && singleKeysOn() && !isTyping(event.target);
    if (!withControl && !(plain && !document.querySelector("dialog[open]"))) return;
    event.preventDefault();
    open(palette);
  });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-opens=palette]")) open(palette);
  });
  palette.input.addEventListener("input", () => refresh(palette));
  palette.input.addEventListener("keydown", (event) => onInputKey(palette, event));
  palette.found.addEventListener("htmx:afterSwap", () => refresh(palette));
  palette.list.addEventListener("click", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[role=option]");
    if (option?.dataset.fills) fill(palette, option.dataset.fills);
    else if (option) palette.dialog.close();
  });
}
