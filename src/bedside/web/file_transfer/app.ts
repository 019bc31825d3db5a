/** File transfer in the call window: the same panel as the dialog in the queue. */

import type { CallApp } from "../apps/call_app";
import { perPatient } from "../apps/per_patient";
import { TransferPanel } from "./panel";

export const app = (): CallApp =>
  perPatient(
    (visit) => `/visits/${visit}/transfers`,
    "[data-transfers]",
    (root) => new TransferPanel(root),
  );
