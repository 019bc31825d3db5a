/** The page of a visit, for the patient: waiting, call, the way to another room, the end. */
import { startConnectionState } from "../visits/connection_state";
import { VisitPage } from "../visits/page";
import { startSounds } from "../visits/sounds";

const root = document.querySelector<HTMLElement>("[data-visit]");
if (root) {
  startSounds();
  startConnectionState();
  new VisitPage(root, () => ({ stop: () => undefined })).start();
}
