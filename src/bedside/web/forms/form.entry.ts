/** A form that is being filled in: it is kept as somebody types, and the field in use is marked on
 *  the picture of its page. */

interface Texts {
  kept: string;
  keeping: string;
  offline: string;
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

  constructor(
    private readonly form: HTMLFormElement,
    private readonly status: HTMLElement | null,
    private readonly texts: Texts,
  ) {
    form.addEventListener("input", () => this.later(PAUSE));
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
      this.say(this.texts.offline);
      this.busy = false;
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
      this.say(this.texts.kept);
    } else if (answer.status === 409) {
      this.say(this.texts.elsewhere);
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

function markFieldInUse(form: HTMLFormElement): void {
  form.addEventListener("focusin", (event) => {
    const name = event.target instanceof Element ? event.target.getAttribute("name") : null;
    for (const mark of document.querySelectorAll("[data-form-mark]")) {
      mark.classList.toggle("form-here", mark.getAttribute("data-form-mark") === name);
    }
  });
}

const form = document.querySelector<HTMLFormElement>("[data-form-kept]");
if (form) {
  new Keeper(form, document.querySelector("[data-form-status]"), textsOf());
  markFieldInUse(form);
}
