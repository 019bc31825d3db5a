/**
 * The call on the patient's page: mounted when the visit enters a call, unmounted when it leaves
 * it. What follows “Leave” and the end is up to the page.
 */

import { placeOf } from "../apps/place";
import { closeDialog } from "../components/dialogs";
import { liveSocket } from "../live/socket";
import { Newcomers } from "./newcomers";
import { CallView, type FollowBoard, type Happenings } from "./view";

let current: CallView | null = null;
let board: { end: () => void } | null = null;

/** Begins the call described by `root`; a running one ends first. */
export function startPatientCall(root: HTMLElement, happenings: Happenings, followBoard: FollowBoard): void {
  stop();
  const place = placeOf(root);
  if (!place) return;
  for (const opener of root.querySelectorAll<HTMLElement>("[data-closes-too]")) {
    opener.addEventListener("click", () => closeDialog(opener.dataset.closesToo ?? ""));
  }
  document.body.classList.add("in-call");
  let newcomers: Newcomers | null = null;
  current = new CallView(root, place, liveSocket(), { ...happenings, drawn: () => newcomers?.draw() });
  newcomers = new Newcomers(root, current.session);
  board = followBoard(root);
  void current.start();
}

/** Ends the call of this page, if there is one: camera and microphone are released. */
export function stop(): void {
  document.body.classList.remove("in-call");
  board?.end();
  board = null;
  current?.stop();
  current = null;
}
