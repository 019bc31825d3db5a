/** Rich texts of a page: each becomes an editor. */
import { startRichText } from "./editor";

for (const root of document.querySelectorAll<HTMLElement>("[data-rich-text]")) startRichText(root);
