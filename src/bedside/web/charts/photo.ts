/**
 * Viewing a photo: zoomed, rotated, moved, lighter or darker; by buttons, keys, wheel (with Ctrl),
 * and fingers. Only the view changes, never the file; each file has its own while the tab is open.
 */
import { percent } from "../components/sizes";
import { AS_IT_CAME, brighter, keepView, LIGHT, type View, viewOf } from "./photo_views";

const LARGEST = 12;
const STEP = 1.4;
const MOVE_PX = 60;
/** From here on the picture made for the screen gets coarse and the full one is fetched. */
const WANTS_FULL = 1.5;

class Photo {
  /** The photos beside it, which show the same part when both are linked. */
  others: Photo[] = [];
  private view: View;
  private readonly pointers = new Map<number, PointerEvent>();
  private readonly id: string;

  constructor(
    private readonly frame: HTMLElement,
    private readonly glass: HTMLElement,
    private readonly image: HTMLImageElement,
  ) {
    this.id = frame.dataset.photo ?? "";
    this.view = viewOf(this.id);
  }

  start(): void {
    const tools = this.frame.querySelector<HTMLElement>("[data-photo-tools]");
    if (tools) tools.hidden = false;
    tools?.addEventListener("click", (event) =>
      this.act((event.target as Element).closest<HTMLElement>("[data-do]")?.dataset.do),
    );
    this.glass.addEventListener("keydown", (event) => this.onKey(event));
    this.glass.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.glass.addEventListener("dblclick", () => this.zoomTo(this.view.scale > 1 ? 1 : 2.5));
    this.glass.addEventListener("pointerdown", (event) => this.onDown(event));
    this.glass.addEventListener("pointermove", (event) => this.onMove(event));
    for (const end of ["pointerup", "pointercancel"] as const) {
      this.glass.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
    }
    this.image.addEventListener("load", () => this.draw());
    if (this.view.scale > WANTS_FULL) this.fetchFull();
    this.draw();
  }

  private act(action: string | undefined): void {
    if (action === "in") this.zoomTo(this.view.scale * STEP);
    else if (action === "out") this.zoomTo(this.view.scale / STEP);
    else if (action === "fit") this.reset();
    else if (action === "left") this.turnBy(-90);
    else if (action === "right") this.turnBy(90);
    else if (action === "lighter" || action === "darker") this.lightBy(action === "lighter" ? 1 : -1);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys: Record<string, () => void> = {
      "+": () => this.act("in"),
      "=": () => this.act("in"),
      "-": () => this.act("out"),
      "0": () => this.act("fit"),
      "[": () => this.act("left"),
      "]": () => this.act("right"),
      ",": () => this.act("darker"),
      ".": () => this.act("lighter"),
      ArrowLeft: () => this.moveBy(MOVE_PX, 0),
      ArrowRight: () => this.moveBy(-MOVE_PX, 0),
      ArrowUp: () => this.moveBy(0, MOVE_PX),
      ArrowDown: () => this.moveBy(0, -MOVE_PX),
    };
    const run = keys[event.key];
    if (!run || (event.key.startsWith("Arrow") && this.view.scale === 1)) return;
    event.preventDefault();
    run();
  }

  private onWheel(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.zoomTo(this.view.scale * Math.exp(-event.deltaY / 200));
  }

  private onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.pointers.set(event.pointerId, event);
    if (this.view.scale > 1 || this.pointers.size > 1) this.glass.setPointerCapture(event.pointerId);
  }

  private onMove(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const other = [...this.pointers.values()].find((one) => one.pointerId !== event.pointerId);
    this.pointers.set(event.pointerId, event);
    if (other) this.zoomTo((this.view.scale * apart(event, other)) / Math.max(1, apart(before, other)));
    else if (this.view.scale > 1) this.moveBy(event.clientX - before.clientX, event.clientY - before.clientY);
  }

  private zoomTo(scale: number): void {
    const next = Math.min(LARGEST, Math.max(1, scale));
    const factor = next / this.view.scale;
    this.view = { ...this.view, scale: next, x: this.view.x * factor, y: this.view.y * factor };
    if (next > WANTS_FULL) this.fetchFull();
    this.draw();
    this.tell();
  }

  private turnBy(degrees: number): void {
    this.view = { ...this.view, turn: this.view.turn + degrees, x: 0, y: 0 };
    this.draw();
  }

  private lightBy(steps: number): void {
    this.view = { ...this.view, light: brighter(this.view.light, steps) };
    this.draw();
  }

  private moveBy(x: number, y: number): void {
    const { width, height } = this.size();
    this.view = { ...this.view, x: this.view.x + x / width, y: this.view.y + y / height };
    this.draw();
    this.tell();
  }

  private reset(): void {
    this.view = AS_IT_CAME;
    this.draw();
    this.tell();
  }

  /** Leads the linked photos to the same size and place; how they are turned and lit is their own. */
  private tell(): void {
    const bar = this.frame.closest(".chart-stage");
    if (!bar?.querySelector<HTMLInputElement>("[data-linked]")?.checked) return;
    for (const other of this.others) other.follow(this.view);
  }

  private follow({ scale, x, y }: View): void {
    this.view = { ...this.view, scale, x, y };
    if (scale > WANTS_FULL) this.fetchFull();
    this.draw();
  }

  /** How much a rotated photo has to shrink (or may grow) to fit into the window. */
  private fit(): number {
    if (this.view.turn % 180 === 0) return 1;
    const { offsetWidth: width, offsetHeight: height } = this.image;
    if (!width || !height) return 1;
    return Math.min(this.glass.clientWidth / height, this.glass.clientHeight / width);
  }

  /** What it takes at 100%, as it is turned. */
  private size(): { width: number; height: number } {
    const fit = this.fit();
    const sides = [Math.max(1, this.image.offsetWidth * fit), Math.max(1, this.image.offsetHeight * fit)] as const;
    const [width, height] = this.view.turn % 180 === 0 ? sides : [sides[1], sides[0]];
    return { width, height };
  }

  private draw(): void {
    const { scale, turn, light } = this.view;
    const { width, height } = this.size();
    if (this.image.offsetWidth > 0) {
      const most = {
        x: Math.max(0, (width * scale - this.glass.clientWidth) / 2 / width),
        y: Math.max(0, (height * scale - this.glass.clientHeight) / 2 / height),
      };
      const x = Math.min(most.x, Math.max(-most.x, this.view.x));
      const y = Math.min(most.y, Math.max(-most.y, this.view.y));
      this.view = { ...this.view, x, y };
      keepView(this.id, this.view);
    }
    const moved = `translate(${this.view.x * width}px, ${this.view.y * height}px)`;
    this.image.style.transform = `${moved} rotate(${turn}deg) scale(${scale * this.fit()})`;
    this.image.style.filter = light === LIGHT.normal ? "" : `brightness(${light}%)`;
    this.glass.toggleAttribute("data-large", scale > 1);
    this.say("scale", percent(Math.round(scale * 100)));
    this.say("light", light === LIGHT.normal ? "" : percent(light));
  }

  private say(what: string, text: string): void {
    const output = this.frame.querySelector<HTMLElement>(`[data-photo-${what}]`);
    if (!output) return;
    const number = output.querySelector("[data-number]") ?? output;
    if (number.textContent !== text) number.textContent = text;
    output.hidden = text === "";
  }

  private fetchFull(): void {
    const address = this.image.dataset.full;
    if (!address) return;
    delete this.image.dataset.full;
    const full = new Image();
    full.addEventListener("load", () => {
      this.image.src = address;
    });
    full.src = address;
  }
}

function apart(one: PointerEvent, other: PointerEvent): number {
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
}

/** Starts every photo below `root`. */
export function startPhotos(root: ParentNode): void {
  const started: Photo[] = [];
  for (const frame of root.querySelectorAll<HTMLElement>("[data-photo]:not([data-started])")) {
    const glass = frame.querySelector<HTMLElement>(".photo-window");
    const image = frame.querySelector("img");
    if (!glass || !image) continue;
    frame.dataset.started = "";
    const photo = new Photo(frame, glass, image);
    photo.start();
    started.push(photo);
  }
  for (const photo of started) photo.others = started.filter((other) => other !== photo);
  for (const choice of root.querySelectorAll<HTMLElement>("[data-linked-choice]")) choice.hidden = false;
  for (const button of root.querySelectorAll<HTMLElement>("[data-full-screen]"))
    button.hidden = !document.fullscreenEnabled;
}

/** The pane with the photo fills the screen, and stays so from file to file. */
export function startFullScreen(pane: HTMLElement): void {
  document.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("[data-full-screen]")) return;
    if (document.fullscreenElement) void document.exitFullscreen();
    else void pane.requestFullscreen().catch(() => undefined);
  });
}
