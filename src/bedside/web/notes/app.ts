/** Notes in the call window. */

import type { CallApp } from "../apps/call_app";
import { perPatient } from "../apps/per_patient";
import { Note } from "./note";

export const app = (): CallApp =>
  perPatient(
    (visit) => `/visits/${visit}/note`,
    "[data-note]",
    (root) => new Note(root),
  );
