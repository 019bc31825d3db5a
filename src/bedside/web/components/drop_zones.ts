/**
 * Drop zones: files dropped on a zone, or pasted while it is the only one on the screen, become the
 * files of its input, which then fires “change” as if they had been chosen.
 */
import { isDrawn } from "./older_browsers";

function give(zone: HTMLElement, files: FileList): void {
  const input = zone.querySelector<HTMLInputElement>("input[type=file]");
  if (!input || files.length === 0) return;
  const chosen = new DataTransfer();
  for (const file of input.multiple ? files : [...files].slice(0, 1)) chosen.items.add(file);
  input.files = chosen.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function zoneOf(event: Event): HTMLElement | null {
  return (event.target as Element).closest?.<HTMLElement>("[data-drop-zone]") ?? null;
}

function onDrag(event: DragEvent): void {
  if (!event.dataTransfer?.types.includes("Files")) return;
  // Everywhere: a file dropped beside the zone must not replace the page.
  event.preventDefault();
  const zone = zoneOf(event);
  for (const other of document.querySelectorAll("[data-drop-zone][data-over]")) {
    if (other !== zone) other.removeAttribute("data-over");
  }
  zone?.setAttribute("data-over", "");
}

function onDrop(event: DragEvent): void {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  for (const zone of document.querySelectorAll("[data-over]")) zone.removeAttribute("data-over");
  const zone = zoneOf(event);
  if (zone) give(zone, event.dataTransfer.files);
}

function onPaste(event: ClipboardEvent): void {
  const files = event.clipboardData?.files;
  if (!files?.length) return;
  const scope = document.querySelector("dialog[open]") ?? document;
  const zones = [...scope.querySelectorAll<HTMLElement>("[data-drop-zone]")].filter(isDrawn);
  const zone = zones.length === 1 ? zones[0] : undefined;
  if (!zone) return;
  event.preventDefault();
  give(zone, files);
}

let started = false;

export function startDropZones(): void {
  if (started) return;
  started = true;
  document.addEventListener("dragover", onDrag);
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) zoneOf(event)?.removeAttribute("data-over");
  });
  document.addEventListener("drop", onDrop);
  document.addEventListener("paste", onPaste);
}
