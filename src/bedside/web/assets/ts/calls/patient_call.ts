/**
 * The call on the patient's page: mounted when the visit comes into a call, unmounted when it
 * leaves it. Leaving is the page's own business (it asks first), as is what follows after the end.
 */
import { liveSocket } from "../live/socket";
import { placeOf } from "./place";
import { CallView, type Happenings } from "./view";

let current: CallView | null = null;

/** Begins the call that `root` describes; one that is under way ends first. */
export function startPatientCall(root: HTMLElement, happenings: Happenings): void {
  stop();
  const place = placeOf(root);
  if (!place) return;
  current = new CallView(root, place, liveSocket(), happenings);
  void current.start();
}

/** Ends the call of this page, if there is one: camera and microphone are let go. */
export function stop(): void {
  current?.stop();
  current = null;
}
