/** The call window of staff. */

import { startCallWindow } from "../calls/window";
import { UnreadSign } from "../chat/unread";
import { startQuestions } from "../colleagues/questions";
import { startDialogs } from "../components/dialogs";
import { startDropZones } from "../components/drop_zones";
import { startForms } from "../components/forms";
import { startKeys } from "../components/keys";
import { startMenus } from "../components/menus";
import { startTimes } from "../components/times";
import { startToasts } from "../components/toasts";
import { startTransferring } from "../rooms/transferring";
import { APPS } from "./call_apps";

startMenus();
startDialogs();
startKeys();
startToasts();
startDropZones();
startForms();
startTimes();

const root = document.querySelector<HTMLElement>("[data-call-window]");
if (root) {
  startQuestions(root.dataset.questionsTopic ?? "");
  startCallWindow(root, {
    apps: APPS,
    unread: (stage) => new UnreadSign(stage.querySelector<HTMLElement>("[data-app-tab=chat] [data-chat-unread]")),
    transferring: startTransferring,
  });
}
