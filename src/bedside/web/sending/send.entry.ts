/** The page “Send files” of the patient's app. */

import { ownQueue } from "../uploading/own_queue";
import { SendPage } from "./page";

const root = document.querySelector<HTMLElement>("[data-send]");
const owner = ownQueue();
if (root && owner) void new SendPage(root, owner).start();
