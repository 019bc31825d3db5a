/** What all pages of the console know of visits: the card opens on every one of them. */

import { IN_CONSOLE } from "../components/framed";
import { startInDialog } from "../live/in_dialog";
import { liveSocket } from "../live/socket";
import { startAlerts } from "./alerts";
import { startCopying } from "./copying";
import { startCounts } from "./counts";
import { startHandovers } from "./handovers";
import { startQuietForms } from "./quiet_forms";
import { startRemoving } from "./removing";
import { startTransferring } from "./transferring";

/**
 * Reports whether this page is visible: if nobody is there, the room's owner is alerted elsewhere.
 */
function sayHere(): void {
  liveSocket().tell({ action: "here", hidden: document.visibilityState === "hidden" });
}

export function startVisitsOfStaff(): void {
  startCopying();
  startInDialog();
  startRemoving();
  startQuietForms();
  startTransferring();
  const { roomsTopic, personTopic } = document.querySelector<HTMLElement>("[data-desk-topic]")?.dataset ?? {};
  if (!roomsTopic || !personTopic) return;
  document.addEventListener("bedside:connected", sayHere);
  document.addEventListener("visibilitychange", sayHere);
  if (document.documentElement.dataset.framed === IN_CONSOLE) return; // the page around it says it
  startCounts(roomsTopic);
  startAlerts(roomsTopic);
  startHandovers(personTopic);
}
