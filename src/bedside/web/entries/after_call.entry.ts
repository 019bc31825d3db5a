/** The page of staff after a call. */

import { startAfterCall } from "../calls/after_call";
import { Note } from "../notes/note";

startAfterCall((note) => void new Note(note));
