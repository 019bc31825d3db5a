/** The page of a visit, for the patient: waiting, call, the way to another room, the end. */
import { PatientChat } from "../chat/patient";
import { startDialogs } from "../components/dialogs";
import { startPatientFiles } from "../file_transfer/patient_app";
import { startAlsoHere } from "../visits/also_here";
import { startConnectionState } from "../visits/connection_state";
import { type MountCall, VisitPage } from "../visits/page";
import { play, startSounds } from "../visits/sounds";

const PREPARE_AFTER_MS = 3_000;
const AGAIN_AFTER_MS = 700;
const MOST_TRIES = 3;

type CallScripts = typeof import("./patient_call");

/**
 * The call's scripts: fetched when the page is idle, so that waiting begins light and calls at
 * once.
 */
const callScripts = (): Promise<CallScripts> => import("./patient_call");

async function isServerThere(): Promise<boolean> {
  try {
    return (await fetch(import.meta.url, { method: "HEAD", cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

/**
 * The same for a call that begins now; null if it is over before they are here. If the network is
 * gone, it waits. A browser that remembers a script's failure forgets it with a reload, which a
 * visit survives.
 */
async function callScriptsNow(isWanted: () => boolean): Promise<CallScripts | null> {
  for (let tries = 1; isWanted(); tries += 1) {
    try {
      return await callScripts();
    } catch {
      if (tries > MOST_TRIES && (await isServerThere())) window.location.reload();
      await new Promise((resolve) => window.setTimeout(resolve, AGAIN_AFTER_MS));
    }
  }
  return null;
}

const mountCall: MountCall = (view, told) => {
  const place = view.querySelector<HTMLElement>("[data-call-place]");
  let isWanted = place !== null;
  let stopCall = (): void => undefined;
  void callScriptsNow(() => isWanted).then((scripts) => {
    if (!scripts || !isWanted || !place) return;
    scripts.start(place, told);
    stopCall = scripts.stop;
  });
  return {
    stop: () => {
      isWanted = false;
      stopCall();
    },
  };
};

const root = document.querySelector<HTMLElement>("[data-visit]");
if (root) {
  startSounds();
  startDialogs();
  startConnectionState();
  startAlsoHere(root.dataset.visit ?? "", document.getElementById("also-called"));
  new VisitPage(root, mountCall).start();
  const here = `/visit/${root.dataset.visit ?? ""}`;
  const sound = (): void => play("message");
  startPatientFiles(root, here, sound);
  new PatientChat(root, here, sound);
  window.setTimeout(() => void callScripts().catch(() => undefined), PREPARE_AFTER_MS);
}
