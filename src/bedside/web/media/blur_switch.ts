/** The switch of components/blur.html, and what it says about itself. */
import type { Blurring } from "./blurring";

/** Connects the switch below `root`, if there is one, to the picture of this page's camera. */
export function startBlurSwitch(root: ParentNode, blurring: Blurring): void {
  const place = root.querySelector<HTMLElement>("[data-blur]");
  const box = place?.querySelector("input");
  if (!place || !box) return;
  const words = place.querySelector<HTMLElement>("[data-blur-words]");
  const draw = (): void => {
    place.hidden = !blurring.isOffered;
    box.checked = blurring.wanted;
    const key = blurring.trouble ?? (blurring.state === "starting" ? "starting" : "");
    const text = key ? (words?.dataset[key] ?? "") : "";
    if (words && words.textContent !== text) words.textContent = text;
  };
  box.onchange = () => void blurring.choose(box.checked); // of the camera that was connected last
  blurring.addEventListener("change", draw);
  draw();
}
