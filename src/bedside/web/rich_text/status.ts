/** The line below a rich text: what is still to be filled in, and how much room there is. */
import type { EditorView } from "prosemirror-view";
import { type Counted, sayCount } from "../components/counted";
import type { Open } from "./fields";
import { jsonOf, LONGEST } from "./schema";
import { type FieldWords, goToNext, openIn, unknownIn } from "./shown_fields";

export interface StatusWords extends FieldWords {
  openFields: Counted;
  openParts: Counted;
  unknownFields: Counted;
  room: Counted;
  full: string;
  pageBreak: string;
}

/** From here on it is said how much room there is, in steps. */
const NEARLY = 0.9 * LONGEST;
const STEP = 1_000;

export class StatusLine {
  private readonly said: HTMLElement;
  private readonly room: HTMLElement;
  private readonly next: HTMLButtonElement;

  constructor(
    private readonly root: HTMLElement,
    private readonly view: EditorView,
    private readonly words: StatusWords,
    private readonly known: ReadonlySet<string> | null,
  ) {
    this.said = root.querySelector<HTMLElement>("[data-open-said]")!;
    this.room = root.querySelector<HTMLElement>("[data-room-said]")!;
    this.next = root.querySelector<HTMLButtonElement>("[data-next-open]")!;
    this.next.addEventListener("click", () => goToNext(view, this.open()));
    this.show();
  }

  show(): void {
    const open = this.open();
    this.root.dataset.open = String(open.length);
    write(this.said, this.sentence(open));
    this.next.hidden = open.length === 0;
    const left = LONGEST - jsonOf(this.view.state.doc).length;
    write(this.room, left < LONGEST - NEARLY ? sayCount(this.words.room, roundDown(left)) : "");
  }

  /** What was typed or pasted does not fit. */
  sayFull(): void {
    write(this.room, this.words.full);
  }

  /** What the writer has to look at: in a template the fields that are left for whoever writes. */
  private open(): Open[] {
    return this.known ? unknownIn(this.view.state, this.known) : openIn(this.view.state);
  }

  private sentence(open: readonly Open[]): string {
    const { openFields, openParts, unknownFields } = this.words;
    const of = (kind: Open["kind"]): number => open.filter((one) => one.kind === kind).length;
    if (this.known) return open.length > 0 ? sayCount(unknownFields, open.length) : "";
    const fields = of("field") > 0 ? [sayCount(openFields, of("field"))] : [];
    return [...fields, ...(of("optional part") > 0 ? [sayCount(openParts, of("optional part"))] : [])].join(" ");
  }
}

function roundDown(left: number): number {
  return left < STEP ? left : Math.floor(left / STEP) * STEP;
}

/** A live region is read again whenever it is written. */
function write(place: HTMLElement, sentence: string): void {
  if (place.textContent !== sentence) place.textContent = sentence;
}
