/** The page of a visit, for the patient: waiting, call, the way to another room, the end. */
import { PatientChat } from "../apps/chat/patient";
import { startDialogs } from "../components/dialogs";
import { startPatientFiles } from "../transfers/patient_app";
import { startConnectionState } from "../visits/connection_state";
import { VisitPage, type MountCall } from "../visits/page";
import { play, startSounds } from "../visits/sounds";

const PREPARE_AFTER_MS = 3_000;

/** The call's scripts: fetched when the page has time, so that waiting begins light and calls at once. */
const callScripts = (): Promise<typeof import("../calls/patient_call")> => import("../calls/patient_call");

const mountCall: MountCall = (view, told) => {
  const place = view.querySelector<HTMLElement>("[data-call-place]");
  let isWanted = place !== null;
  void callScripts().then(({ startPatientCall }) => {
    if (isWanted && place) startPatientCall(place, told);
  });
  return {
    stop: () => {
      isWanted = false;
      void callScripts().then(({ stop }) => stop());
    },
  };
};

const root = document.querySelector<HTMLElement>("[data-visit]");
if (root) {
  startSounds();
  startDialogs();
  startConnectionState();
  new VisitPage(root, mountCall).start();
  const here = `/visit/${root.dataset.visit ?? ""}`;
  const sound = (): void => play("message");
  startPatientFiles(root, here, sound);
  new PatientChat(root, here, sound);
  window.setTimeout(() => void callScripts(), PREPARE_AFTER_MS);
}
