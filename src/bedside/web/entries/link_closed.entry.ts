/** A link that has ended: what this phone has stored for it is removed, and the page says so. */
import { forgetRequest } from "../photo_requests/forgetting";

const ended = document.querySelector<HTMLElement>("[data-ended]");

async function forget(page: HTMLElement): Promise<void> {
  if (await forgetRequest(page.dataset.ended ?? "")) page.hidden = false;
}

if (ended) void forget(ended);
