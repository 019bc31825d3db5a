/** A form that is being filled in: it is kept as somebody types, at the server or, without a
 *  connection, in this browser; the field in use is marked on the picture of its page. */
import { putBack, typedIn } from "../components/typed";
import { FormShelf } from "../uploading/kept_forms";

interface Texts {
  kept: string;
  keeping: string;
  offline: string;
  offline_here: string;
  restored: string;
  elsewhere: string;
}

const PAUSE = 1500;
const AGAIN = 10_000;

function textsOf(): Texts {
  return JSON.parse(document.getElementById("form-texts")?.textContent ?? "{}") as Texts;
}

class Keeper {
  private timer: number | undefined;
  private changed = false;
  private busy = false;
  private over = false;
  private readonly shelf: FormShelf;
  private readonly name: string;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly status: HTMLElement | null,
    private readonly texts: Texts,
  ) {
    this.shelf = new FormShelf(form.dataset.formOwner ?? "", form.dataset.formKey ?? "");
    const part = form.elements.namedItem("part");
    this.name = `${form.dataset.formKept ?? ""} ${part instanceof HTMLInputElement ? part.value : ""}`;
    form.addEventListener("input", () => {
      void this.keepHere();
      this.later(PAUSE);
    });
    form.addEventListener("submit", () => {
      this.over = true;
      window.clearTimeout(this.timer);
    });
    window.addEventListener("online", () => this.later(0));
    window.addEventListener("pageshow", () => {
      this.over = false;
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.changed) void this.keep();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.changed && !this.over) event.preventDefault();
    });
  }

  /** Puts back what this browser kept when the page was closed without a connection. */
  async restore(): Promise<void> {
    const kept = await this.shelf.get(this.name);
    if (!kept) return;
    if (putBack(this.form, kept.fields)) {
      this.say(this.texts.restored);
      this.later(PAUSE);
    } else {
      await this.shelf.forget(this.name);
    }
  }

  private keepHere(): Promise<boolean> {
    return this.shelf.keep({ name: this.name, fields: typedIn(this.form), pressedAt: 0, address: "" });
  }

  private later(wait: number): void {
    if (wait > 0) this.changed = true;
    if (!this.changed || this.over) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.keep(), wait);
  }

  private async keep(): Promise<void> {
    if (this.busy || this.over) return;
    this.busy = true;
    this.changed = false;
    this.say(this.texts.keeping);
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === "string") body.append(name, value);
    }
    try {
      const answer = await fetch(this.form.dataset.formKept ?? this.form.action, {
        method: "POST",
        body,
        headers: { accept: "application/json" },
        keepalive: body.toString().length < 60_000,
      });
      await this.answered(answer);
    } catch {
      this.changed = true;
      this.busy = false;
      this.say((await this.keepHere()) ? this.texts.offline_here : this.texts.offline);
      this.later(AGAIN);
      return;
    }
    this.busy = false;
    if (this.changed) this.later(PAUSE);
  }

  private async answered(answer: Response): Promise<void> {
    if (answer.ok) {
      const { version } = (await answer.json()) as { version: number };
      const field = this.form.elements.namedItem("version");
      if (field instanceof HTMLInputElement && !this.over) field.value = String(version);
      if (!this.changed) await this.shelf.forget(this.name);
      this.say(this.texts.kept);
    } else if (answer.status === 409) {
      await this.shelf.forget(this.name);
      this.say(this.texts.elsewhere);
      document.querySelector("[data-form-elsewhere]")?.removeAttribute("hidden");
    } else if (answer.status >= 500) {
      throw new Error("again");
    } else {
      window.location.reload();
    }
  }

  private say(text: string): void {
    if (this.status) this.status.textContent = text;
  }
}

/** Marks the field in use on the picture of its page, and moves the picture there. */
function markFieldInUse(form: HTMLFormElement): void {
  form.addEventListener("focusin", (event) => {
    const name = event.target instanceof Element ? event.target.getAttribute("name") : null;
    for (const mark of document.querySelectorAll("[data-form-mark]")) {
      const here = mark.getAttribute("data-form-mark") === name;
      mark.classList.toggle("form-here", here);
      if (here) moveTo(mark);
    }
  });
}

function moveTo(mark: Element): void {
  const picture = mark.closest<HTMLElement>("[data-form-picture]");
  if (!picture) return;
  const [box, frame] = [mark.getBoundingClientRect(), picture.getBoundingClientRect()];
  picture.scrollBy({ top: box.top - frame.top - frame.height / 2, left: box.left - frame.left - 16 });
}

/** One tap makes a picture larger, another one small again; without script it opens apart. */
function makeLarger(link: HTMLAnchorElement): void {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    link.parentElement?.classList.toggle("form-larger");
    const here = link.querySelector(".form-here");
    if (here) moveTo(here);
  });
}

const form = document.querySelector<HTMLFormElement>("[data-form-kept]");
if (form) {
  const keeper = new Keeper(form, document.querySelector("[data-form-status]"), textsOf());
  void keeper.restore();
  markFieldInUse(form);
  for (const link of document.querySelectorAll<HTMLAnchorElement>("[data-form-larger]")) makeLarger(link);
}
