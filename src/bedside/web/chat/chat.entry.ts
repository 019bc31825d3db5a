/** The chat of a visit as a page of its own. */
import { ChatPanel } from "./panel";

const root = document.querySelector<HTMLElement>("[data-chat]");
if (root) new ChatPanel(root);
