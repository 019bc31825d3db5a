/** What the page “Send files” says; see web/sending/words.py. */
import type { Counted } from "../components/counted";
import type { Place } from "../uploading/queue";

export interface Words extends Record<string, unknown> {
  places: Record<Place, string>;
  only_here: Counted;
  send: Counted;
}
