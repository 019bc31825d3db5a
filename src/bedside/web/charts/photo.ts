/**
 * Viewing a photo: zoomed, rotated, moved; by buttons, keys, wheel (with Ctrl), and fingers. Only
 * the view changes, never the file.
 */
const LARGEST = 12;
const STEP = 1.4;
const MOVE_PX = 60;
/** From here on the picture made for the screen gets coarse and the full one is fetched. */
const WANTS_FULL = 1.5;

interface View {
  scale: number;
  turn: number;
  x: number;
  y: number;
}

class Photo {
  /** The photos beside it, which show the same part when both are linked. */
  others: Photo[] = [];
  private view: View = { scale: 1, turn: 0, x: 0, y: 0 };
  private readonly pointers = new Map<number, PointerEvent>();

  constructor(
    private readonly frame: HTMLElement,
    private readonly glass: HTMLElement,
    private readonly image: HTMLImageElement,
  ) {}

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
    this.draw();
  }

  private act(action: string | undefined): void {
    if (action === "in") this.zoomTo(this.view.scale * STEP);
    else if (action === "out") this.zoomTo(this.view.scale / STEP);
    else if (action === "fit") this.reset();
    else if (action === "left") this.turnBy(-90);
    else if (action === "right") this.turnBy(90);
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

  private moveBy(x: number, y: number): void {
    this.view = { ...this.view, x: this.view.x + x, y: this.view.y + y };
    this.draw();
    this.tell();
  }

  private reset(): void {
    this.view = { scale: 1, turn: 0, x: 0, y: 0 };
    this.draw();
    this.tell();
  }

  /** Leads the linked photos to the same size and place; how they are turned is their own. */
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

  private draw(): void {
    const { scale, turn } = this.view;
    const size = scale * this.fit();
    const turned = turn % 180 !== 0;
    const width = (turned ? this.image.offsetHeight : this.image.offsetWidth) * size;
    const height = (turned ? this.image.offsetWidth : this.image.offsetHeight) * size;
    const most = {
      x: Math.max(0, (width - this.glass.clientWidth) / 2),
      y: Math.max(0, (height - this.glass.clientHeight) / 2),
    };
    this.view.x = Math.min(most.x, Math.max(-most.x, this.view.x));
    this.view.y = Math.min(most.y, Math.max(-most.y, this.view.y));
    this.image.style.transform = `translate(${this.view.x}px, ${this.view.y}px) rotate(${turn}deg) scale(${size})`;
    this.glass.toggleAttribute("data-large", scale > 1);
    const output = this.frame.querySelector("[data-photo-scale]");
    if (output) output.textContent = `${Math.round(scale * 100)}%`;
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
