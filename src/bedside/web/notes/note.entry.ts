/** A visit note as a page of its own. */
import { Note } from "./note";

const root = document.querySelector<HTMLElement>("[data-note]");
if (root) new Note(root);
