/** The pages of a photo request: choosing, sending, done. */
import { ChoosingPage } from "./choosing";
import { DonePage } from "./done";
import { beginHere } from "./forgetting";
import { SendingPage } from "./sending";
import { readSettings } from "./settings";

const choosing = document.querySelector<HTMLElement>("[data-photos]");
const sending = document.querySelector<HTMLElement>("[data-sending]");
const done = document.querySelector<HTMLElement>("[data-done]");

void beginHere(readSettings("")); // before anything of this page is stored, and beside it
if (choosing) void new ChoosingPage(choosing).start();
if (sending) void new SendingPage(sending).start();
if (done) void new DonePage(done).start();
