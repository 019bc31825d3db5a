/** Notes in the call window. */

import { perPatient } from "../apps/per_patient";
import type { CallApp } from "../calls/apps_panel";
import { Note } from "./note";

export const app = (): CallApp =>
  perPatient(
    (visit) => `/visits/${visit}/note`,
    "[data-note]",
    (root) => new Note(root),
  );
