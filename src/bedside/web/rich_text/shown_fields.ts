/** Fields and optional parts as the editor shows them: marked, and an optional part with its two buttons. */
import { type EditorState, Plugin, PluginKey, TextSelection } from "prosemirror-state";
import { Decoration, DecorationSet, type EditorView } from "prosemirror-view";
import { nextAfter, type Open, openFields, plainName } from "./fields";

export interface FieldWords {
  keep: string;
  keepWhich: string;
  leaveOut: string;
  leaveOutWhich: string;
  unknown: string;
}

interface Shown {
  open: Open[];
  decorations: DecorationSet;
}

const key = new PluginKey<Shown>("fields");

/**
 * Marks what is open. Where fields are `known`, a template is written: others are marked as unknown,
 * and optional parts stay.
 */
export function shownFields(words: FieldWords, known: ReadonlySet<string> | null): Plugin<Shown> {
  const shown = (state: Pick<EditorState, "doc">): Shown => {
    const open = openFields(state.doc);
    const decorations = open.flatMap((one, place) => decorationsOf(one, place, words, known));
    return { open, decorations: DecorationSet.create(state.doc, decorations) };
  };
  return new Plugin<Shown>({
    key,
    state: { init: (_config, state) => shown(state), apply: (tr, before) => (tr.docChanged ? shown(tr) : before) },
    props: { decorations: (state) => key.getState(state)?.decorations },
  });
}

/** The fields and optional parts of the document. */
export function openIn(state: EditorState): Open[] {
  return key.getState(state)?.open ?? [];
}

export function unknownIn(state: EditorState, known: ReadonlySet<string>): Open[] {
  return openIn(state).filter((one) => one.kind === "field" && !known.has(plainName(one.name)));
}

/** Selects the next of these after the selection, and shows it; false if there is none. */
export function goToNext(view: EditorView, open: readonly Open[]): boolean {
  const { selection } = view.state;
  const next = nextAfter(open, selection.empty ? selection.from : selection.to);
  if (!next) return false;
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, next.from, next.to)).scrollIntoView());
  view.focus();
  return true;
}

/** Selects the next field or optional part, and shows it; false if nothing is open. */
export function nextOpen(view: EditorView): boolean {
  return goToNext(view, openIn(view.state));
}

function decorationsOf(one: Open, place: number, words: FieldWords, known: ReadonlySet<string> | null): Decoration[] {
  const marked = (name: string, more = {}): Decoration =>
    Decoration.inline(one.from, one.to, { nodeName: "mark", class: name, ...more });
  if (one.kind === "field") {
    const isUnknown = known !== null && !known.has(plainName(one.name));
    return [
      isUnknown ? marked("rich-text-field rich-text-unknown", { title: words.unknown }) : marked("rich-text-field"),
    ];
  }
  const shown = [marked("rich-text-part"), ...syntaxOf(one)];
  if (known) return shown;
  const buttons = (view: EditorView, placeOf: () => number | undefined): HTMLElement =>
    buttonsOf(one, words, (keep) => decide(view, placeOf(), keep));
  const widget = { key: `${place} ${one.name}`, side: 1, marks: [], stopEvent: () => true, ignoreSelection: true };
  return [...shown, Decoration.widget(one.to, buttons, widget)];
}

/** What stands around the words of an optional part. */
function syntaxOf({ from, to, words }: Open): Decoration[] {
  if (!words) return [];
  const around: [number, number][] = [
    [from, words.from],
    [words.to, to],
  ];
  return around.map(([start, end]) => Decoration.inline(start, end, { class: "rich-text-syntax" }));
}

function buttonsOf({ name }: Open, words: FieldWords, decided: (keep: boolean) => void): HTMLElement {
  const both = document.createElement("span");
  both.className = "rich-text-decide";
  both.contentEditable = "false";
  const button = (text: string, which: string, keep: boolean): HTMLElement => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    made.className = "button button-secondary button-small";
    made.setAttribute("aria-label", which.replace("{name}", name));
    made.addEventListener("click", () => decided(keep));
    return made;
  };
  both.append(button(words.keep, words.keepWhich, true), button(words.leaveOut, words.leaveOutWhich, false));
  return both;
}

/** Keeps the words of the optional part that ends there, with their form, or leaves it out. */
function decide(view: EditorView, end: number | undefined, keep: boolean): void {
  const part = openIn(view.state).find((one) => one.kind === "optional part" && one.to === end);
  if (!part?.words || !view.editable) return;
  const { tr } = view.state;
  if (keep) tr.delete(part.words.to, part.to).delete(part.from, part.words.from);
  else tr.delete(part.from, part.to);
  const place = tr.mapping.map(keep ? part.to : part.from);
  view.dispatch(tr.setSelection(TextSelection.create(tr.doc, place)).scrollIntoView());
  view.focus();
}
