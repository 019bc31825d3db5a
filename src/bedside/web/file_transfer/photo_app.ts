/** Photo capture in the call window: staff ask, the patient's phone takes the still. */

import type { CallApp } from "../apps/call_app";
import { perPatient } from "../apps/per_patient";
import { TransferPanel } from "./panel";

export const app = (): CallApp =>
  perPatient(
    (visit) => `/visits/${visit}/captures`,
    "[data-transfers]",
    (root) => new TransferPanel(root),
  );
