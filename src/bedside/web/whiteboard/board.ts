/**
 * The whiteboard of a call, for all participants. Lines are drawn at once and sent in pieces while
 * they are drawn; what others draw is fetched when the topic announces something new.
 */
import { announce } from "../components/announce";
import { posted, sentenceOf } from "../components/answers";
import { type Heard, liveSocket } from "../live/socket";
import { clearToUndo, type Drawn, HEIGHT, type Ink, LETTERS, type Mark, type Point, pathOf, WIDTH } from "./marks";
import { pictureOf } from "./picture";

const SVG = "http://www.w3.org/2000/svg";
const PIECE_MS = 250;
const AGAIN_MS = 1_500;
/** The server's limits: marks in one post, points in one piece. */
const AT_ONCE = 40;
const PIECE_POINTS = 200;

export class Board {
  private readonly base: string;
  private readonly words: Record<string, string>;
  private readonly surface: SVGSVGElement;
  private readonly drawn = new Map<number, Drawn>();
  private readonly unsent: Mark[] = [];
  private readonly leave: () => void;
  private last = 0;
  /** Whether marks that are shown were cleared or have come back: all are fetched again. */
  private stale = false;
  private cleared = 0;
  /** What to say once what was put is sent. */
  private said = "";
  private fetching = false;
  private behind = false;
  private sending = false;
  private again = 0;
  private pen: { line: string; points: Point[]; shown: SVGPathElement; timer: number } | null = null;
  private ended = false;

  /**
   * `closed` is called when the board closes for everybody; `saved` names the patient in whose
   * chart it is.
   */
  constructor(
    private readonly root: HTMLElement,
    private readonly closed: () => void,
    private readonly save: (picture: Blob) => Promise<string> = () => Promise.resolve(""),
    private readonly visit = "",
  ) {
    const { base = "", topic = "", words = "{}" } = root.dataset;
    this.base = base;
    this.words = JSON.parse(words) as Record<string, string>;
    this.surface = root.querySelector<SVGSVGElement>("[data-board-surface]") ?? document.createElementNS(SVG, "svg");
    this.surface.addEventListener("pointerdown", (event) => this.down(event));
    this.surface.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"] as const) this.surface.addEventListener(end, () => this.up());
    root.addEventListener("submit", (event) => this.write(event));
    this.press("[data-board-undo]", () => this.undo());
    this.press("[data-board-clear]", () => this.clear(false));
    this.press("[data-board-clear-all]", () => this.clear(true));
    this.press("[data-board-bare]", () => this.erase([this.ground()]));
    this.press("[data-board-end]", () => void posted(`${this.base}/close`, {}).catch(() => this.offline()));
    this.press("[data-board-save]", () => void this.keep());
    this.leave = liveSocket().subscribe(topic, (heard) => this.heard(heard));
  }

  end(): void {
    this.ended = true;
    this.leave();
    window.clearTimeout(this.again);
  }

  private press(selector: string, act: () => void): void {
    this.root.querySelector(selector)?.addEventListener("click", act);
  }

  // --- what others do ------------------------------------------------------------------------------

  private heard(heard: Heard): void {
    if (heard.kind === "event" && heard.type === "whiteboard.saved") {
      if (heard.data.visit_id === this.visit) this.say(this.words.saved ?? "");
      return;
    }
    if (heard.kind === "snapshot") this.wipe();
    if (Number(heard.data.last) === 0) {
      this.wipe();
      this.closed();
    } else void this.fetch();
  }

  private wipe(): void {
    this.drawn.clear();
    this.last = this.cleared = 0;
    this.stale = false;
    this.surface.replaceChildren();
  }

  /** Takes away everything that the server knows, for what it shows now. */
  private startOver(): void {
    this.drawn.clear();
    this.last = this.cleared = 0;
    this.stale = false;
    for (const shown of [...this.surface.children]) if (!shown.hasAttribute("data-unsent")) shown.remove();
  }

  private async fetch(): Promise<void> {
    this.behind = true;
    if (this.fetching) return;
    this.fetching = true;
    while (this.behind && !this.ended) {
      this.behind = false;
      try {
        const since = this.stale ? 0 : this.last;
        const answer = await fetch(`${this.base}/marks?since=${since}`, {
          headers: { Accept: "application/json", "X-Background": "1" },
        });
        if (!answer.ok) break;
        const { drawn } = (await answer.json()) as { drawn: Drawn[] };
        if (this.stale) this.startOver();
        for (const one of drawn) this.show(one, since === 0);
      } catch {
        window.clearTimeout(this.again);
        this.again = window.setTimeout(() => void this.fetch(), AGAIN_MS);
        break;
      }
    }
    this.fetching = false;
  }

  /** `isWhole`: it comes with all others, so what was cleared is not among them. */
  private show(one: Drawn, isWhole: boolean): void {
    if (one.number <= this.last) return;
    this.last = one.number;
    this.cleared = clearToUndo(this.cleared, one);
    const { mark } = one;
    if (mark.kind === "clear" || mark.kind === "restore") {
      if (isWhole) return;
      this.stale = this.behind = true;
      if (mark.kind === "clear") announce(this.words.cleared ?? "");
    } else if (mark.kind === "erase") for (const number of mark.numbers) this.take(number);
    else if (mark.kind !== "opened") this.add(one);
  }

  private take(number: number): void {
    this.drawn.delete(number);
    this.surface.querySelector(`[data-number="${number}"]`)?.remove();
    this.showBare();
  }

  /** A picture from the chart, under everything else. */
  private lay(number: number): void {
    for (const [other, { mark }] of this.drawn) if (mark.kind === "ground" && other !== number) this.take(other);
    const shape = document.createElementNS(SVG, "image");
    shape.setAttribute("href", this.addressOf(number));
    shape.setAttribute("width", String(WIDTH));
    shape.setAttribute("height", String(HEIGHT));
    shape.setAttribute("class", "board-ground");
    shape.dataset.number = String(number);
    this.surface.prepend(shape);
    this.showBare();
  }

  private addressOf(number: number): string {
    return `${this.base}/ground/${number}`;
  }

  /** The number of the picture under the board; 0 for none. */
  private ground(): number {
    return [...this.drawn.values()].find((one) => one.mark.kind === "ground")?.number ?? 0;
  }

  private showBare(): void {
    this.root.querySelector("[data-board-bare]")?.toggleAttribute("hidden", this.ground() === 0);
  }

  private add(one: Drawn): void {
    const { number, mark, mine } = one;
    this.drawn.set(number, one);
    if (mark.kind === "ground") this.lay(number);
    if (mark.kind !== "line" && mark.kind !== "words") return;
    const shape = shapeOf(mark);
    shape.dataset.number = String(number);
    // What this page drew is there already, as it was drawn.
    if (mine) this.surface.querySelector(`[data-unsent][data-line="${mark.line}"]`)?.remove();
    this.surface.append(shape);
    if (mark.kind === "words" && !mine) announce((this.words.noted ?? "").replace("{words}", mark.words));
  }

  // --- drawing -------------------------------------------------------------------------------------

  private tool(): Ink | "eraser" {
    return (this.root.querySelector<HTMLInputElement>("[name=board-ink]:checked")?.value ?? "black") as Ink | "eraser";
  }

  private wide(): boolean {
    return this.root.querySelector<HTMLInputElement>("[data-board-wide]")?.checked ?? false;
  }

  private place(event: PointerEvent): Point {
    const box = this.surface.getBoundingClientRect();
    const at = (part: number, whole: number, most: number): number =>
      Math.round(Math.min(1, Math.max(0, part / whole)) * most);
    return [at(event.clientX - box.left, box.width, WIDTH), at(event.clientY - box.top, box.height, HEIGHT)];
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const ink = this.tool();
    if (ink === "eraser") {
      this.eraseAt(event);
      return;
    }
    this.surface.setPointerCapture(event.pointerId);
    const line = newLine();
    const points = [this.place(event)];
    const shown = shapeOf({ kind: "line", line, ink, wide: this.wide(), points }) as SVGPathElement;
    this.surface.append(shown);
    this.pen = { line, points, shown, timer: window.setInterval(() => this.piece(), PIECE_MS) };
  }

  private move(event: PointerEvent): void {
    if (this.tool() === "eraser" && event.buttons === 1) this.eraseAt(event);
    const { pen } = this;
    const last = pen?.points.at(-1);
    if (!pen || !last) return;
    const next = this.place(event);
    if (Math.hypot(next[0] - last[0], next[1] - last[1]) < 3) return;
    pen.points.push(next);
    pen.shown.setAttribute("d", pathOf(pen.points));
    if (pen.points.length >= PIECE_POINTS) this.piece();
  }

  private up(): void {
    if (!this.pen) return;
    this.piece(true);
    window.clearInterval(this.pen.timer);
    this.pen = null;
  }

  /** Sends what was drawn since the last piece; the next one begins where it ends. */
  private piece(whole = false): void {
    const { pen } = this;
    const end = pen?.points.at(-1);
    if (!pen || !end || (!whole && pen.points.length < 2)) return;
    const { shown, line, points } = pen;
    shown.dataset.unsent = "";
    shown.dataset.line = line;
    const ink = shown.dataset.ink as Ink;
    const wide = shown.classList.contains("board-wide");
    this.put({ kind: "line", line, ink, wide, points });
    if (whole) return;
    pen.points = [end];
    pen.shown = shapeOf({ kind: "line", line, ink, wide, points: pen.points }) as SVGPathElement;
    this.surface.append(pen.shown);
  }

  private eraseAt(event: PointerEvent): void {
    const touched = document.elementFromPoint(event.clientX, event.clientY);
    const number = Number(touched?.closest<SVGElement>("[data-number]")?.dataset.number ?? 0);
    const line = this.lineOf(number);
    if (number > 0 && (this.isHost() || this.drawn.get(number)?.mine))
      this.erase([...this.drawn.values()].filter((one) => this.lineOf(one.number) === line).map((one) => one.number));
  }

  private lineOf(number: number): string {
    const mark = this.drawn.get(number)?.mark;
    return mark && "line" in mark ? mark.line : "";
  }

  private isHost(): boolean {
    return this.root.dataset.host !== undefined;
  }

  private clear(all: boolean): void {
    this.put({ kind: "clear", all });
    this.said = this.words.cleared_own ?? "";
  }

  private undo(): void {
    const own = [...this.drawn.values()].filter((one) => one.mine && "line" in one.mark);
    if (this.cleared > (own.at(-1)?.number ?? 0)) {
      this.put({ kind: "restore", number: this.cleared });
      return;
    }
    const line = this.lineOf(own.at(-1)?.number ?? 0);
    this.erase(own.filter((one) => this.lineOf(one.number) === line).map((one) => one.number));
  }

  private erase(numbers: number[]): void {
    if (numbers.length === 0) return;
    for (const number of numbers) this.take(number);
    this.put({ kind: "erase", numbers });
  }

  /** Words are placed below each other, from the top left; with the keyboard they are the pen. */
  private write(event: Event): void {
    event.preventDefault();
    const field = this.root.querySelector<HTMLInputElement>("#board-note");
    const words = field?.value.trim();
    if (!field || !words) return;
    const taken = [...this.drawn.values()].flatMap(({ mark }) => (mark.kind === "words" ? [mark.at[1]] : []));
    const below = Math.max(0, ...taken) + LETTERS * 1.4;
    const ink = this.tool();
    field.value = "";
    this.put({
      kind: "words",
      line: newLine(),
      ink: ink === "eraser" ? "black" : ink,
      at: [40, Math.round(below > HEIGHT ? HEIGHT - 20 : below)],
      words,
    });
  }

  // --- sending -------------------------------------------------------------------------------------

  private put(mark: Mark): void {
    this.unsent.push(mark);
    void this.send();
  }

  private async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    while (this.unsent.length > 0 && !this.ended) {
      const some = this.unsent.slice(0, AT_ONCE);
      try {
        const answer = await posted(`${this.base}/marks`, { marks: JSON.stringify(some) });
        if (answer.status >= 500) throw new Error(String(answer.status));
        this.unsent.splice(0, some.length);
        this.say(answer.ok ? this.said : await sentenceOf(answer));
        this.said = "";
      } catch {
        this.offline();
        await new Promise((resolve) => window.setTimeout(resolve, AGAIN_MS));
      }
    }
    this.sending = false;
  }

  private async keep(): Promise<void> {
    const ground = this.ground();
    const picture = await pictureOf(this.drawn.values(), ground ? this.addressOf(ground) : "").catch(() => null);
    if (!picture) this.offline();
    else this.say(await this.save(picture).catch(() => this.words.offline ?? ""));
  }

  private offline(): void {
    this.say(this.words.offline ?? "");
  }

  private say(sentence: string): void {
    const place = this.root.querySelector<HTMLElement>("[data-board-said]");
    if (!place || place.textContent === sentence) return;
    place.textContent = sentence;
    place.hidden = !sentence;
  }
}

function shapeOf(mark: Exclude<Mark, { kind: "erase" | "clear" | "restore" | "opened" | "ground" }>): SVGElement {
  const isLine = mark.kind === "line";
  const shape = document.createElementNS(SVG, isLine ? "path" : "text");
  shape.setAttribute("class", isLine ? `board-line${mark.wide ? " board-wide" : ""}` : "board-text");
  shape.dataset.ink = mark.ink;
  if (mark.kind === "line") shape.setAttribute("d", pathOf(mark.points));
  else {
    shape.setAttribute("x", String(mark.at[0]));
    shape.setAttribute("y", String(mark.at[1]));
    shape.textContent = mark.words;
  }
  return shape;
}

/** One line of one pen; it distinguishes pieces of the same line from others. */
function newLine(): string {
  return [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => (byte % 36).toString(36)).join("");
}
