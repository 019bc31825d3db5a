/** Photo capture in the call window: staff ask, the patient's phone takes the still. */

import { perPatient } from "../apps/per_patient";
import type { CallApp } from "../calls/apps_panel";
import { TransferPanel } from "./panel";

export const app = (): CallApp =>
  perPatient(
    (visit) => `/visits/${visit}/captures`,
    "[data-transfers]",
    (root) => new TransferPanel(root),
  );
