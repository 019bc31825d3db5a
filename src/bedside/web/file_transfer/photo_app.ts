/**
 * Photo capture in the call window: staff ask, the patient's phone takes the still. Opening it asks at
 * once if there is one patient whom it can mean, and nothing to see yet; it can be taken back.
 */

import type { CallApp } from "../apps/call_app";
import { perPatient } from "../apps/per_patient";
import { TransferPanel } from "./panel";

export const app = (): CallApp =>
  perPatient(
    (visit) => `/visits/${visit}/captures`,
    "[data-transfers]",
    (root, isOnly) => {
      const panel = new TransferPanel(root);
      if (isOnly) root.querySelector<HTMLFormElement>("form[data-asks-at-once]")?.requestSubmit();
      return panel;
    },
  );
