/**
 * The first page of a photo request: resumes where this phone stopped, if it has stored something,
 * and removes what it has stored for somebody else.
 */
import { beginHere } from "./forgetting";
import { PhotoStore } from "./store";

const guidance = document.querySelector<HTMLElement>("[data-guidance]");

async function goOn({ request = "", person = "", until = "", guidance: photos = "" }: DOMStringMap): Promise<void> {
  await beginHere({ request, person, until: Number(until) });
  const store = new PhotoStore(request);
  if ((await store.all()).length > 0 || (await store.agreement()) !== null) window.location.replace(photos);
}

if (guidance) void goOn(guidance.dataset);
