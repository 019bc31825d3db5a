/** The chat in the call window. */

import type { CallApp } from "../apps/call_app";
import { perPatient } from "../apps/per_patient";
import { ChatPanel } from "./panel";

export const app = (): CallApp =>
  perPatient(
    (visit) => `/visits/${visit}/chat`,
    "[data-chat]",
    (root) => new ChatPanel(root),
  );
