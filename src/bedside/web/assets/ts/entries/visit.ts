/** The page of a visit, for the patient: waiting, call, the way to another room, the end. */
import { PatientChat } from "../apps/chat/patient";
import { startPatientCall, stop } from "../calls/patient_call";
import { startDialogs } from "../components/dialogs";
import { startPatientFiles } from "../transfers/patient_app";
import { startConnectionState } from "../visits/connection_state";
import { VisitPage, type MountCall } from "../visits/page";
import { play, startSounds } from "../visits/sounds";

const mountCall: MountCall = (view, told) => {
  const place = view.querySelector<HTMLElement>("[data-call-place]");
  if (place) startPatientCall(place, told);
  return { stop };
};

const root = document.querySelector<HTMLElement>("[data-visit]");
if (root) {
  startSounds();
  startDialogs();
  startConnectionState();
  new VisitPage(root, mountCall).start();
  const here = `/visit/${root.dataset.visit ?? ""}`;
  startPatientFiles(root, here);
  new PatientChat(root, here, () => play("message"));
}
