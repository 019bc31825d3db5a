/**
 * The first page of a photo request: resumes where this phone stopped, if it has stored something.
 */
import { PhotoStore } from "./store";

const guidance = document.querySelector<HTMLElement>("[data-guidance]");

async function goOn(request: string, photos: string): Promise<void> {
  const store = new PhotoStore(request);
  if ((await store.all()).length > 0 || (await store.agreement()) !== null) window.location.replace(photos);
}

if (guidance) void goOn(guidance.dataset.request ?? "", guidance.dataset.guidance ?? "");
