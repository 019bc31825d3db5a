/** A visit note as a page of its own. */
import { Note } from "../apps/notes/note";

const root = document.querySelector<HTMLElement>("[data-note]");
if (root) new Note(root);
