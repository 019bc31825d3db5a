/** The chat in the call window. */

import { perPatient } from "../apps/per_patient";
import type { CallApp } from "../calls/apps_panel";
import { ChatPanel } from "./panel";

export const app = (): CallApp =>
  perPatient(
    (visit) => `/visits/${visit}/chat`,
    "[data-chat]",
    (root) => new ChatPanel(root),
  );
