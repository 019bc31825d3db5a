/** File transfer in the call window: the same panel as the dialog in the queue. */

import { perPatient } from "../apps/per_patient";
import type { CallApp } from "../calls/apps_panel";
import { TransferPanel } from "./panel";

export const app = (): CallApp =>
  perPatient(
    (visit) => `/visits/${visit}/transfers`,
    "[data-transfers]",
    (root) => new TransferPanel(root),
  );
