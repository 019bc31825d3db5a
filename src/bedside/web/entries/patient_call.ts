/** The call on the page of a visit, with the whiteboard in it: loaded by itself, when the page has time. */
import { startPatientCall } from "../calls/patient_call";
import type { Happenings } from "../calls/view";
import { followWhiteboard } from "../whiteboard/follow";

export { stop } from "../calls/patient_call";

export function start(root: HTMLElement, happenings: Happenings): void {
  startPatientCall(root, happenings, followWhiteboard);
}
