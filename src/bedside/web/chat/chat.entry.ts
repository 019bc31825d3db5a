/** The chat of a visit as a page of its own, a conversation in the app, and a new one. */
import { startDropZones } from "../components/drop_zones";
import { NewMessage } from "./new_message";
import { ChatPanel } from "./panel";

const root = document.querySelector<HTMLElement>("[data-chat]");
if (root) new ChatPanel(root);
const form = document.querySelector<HTMLFormElement>("[data-new-message]");
if (form) new NewMessage(form);
startDropZones();
