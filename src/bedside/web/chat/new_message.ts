/**
 * A new conversation: its files are uploaded while the words are written, and the form leaves by
 * itself once all of them have arrived and there is a network, also from another page of the app.
 */
import { posted, sentenceOf } from "../components/answers";
import { newId } from "../components/ids";
import { percent } from "../components/sizes";
import { KeptWords } from "../live/kept_words";
import { LeftBehind } from "../live/left_behind";
import type { Attachments } from "./attachments";
import { Drafts } from "./drafts";
import { Tray } from "./tray";

const AGAIN_MS = 4_000;

export class NewMessage {
  private readonly drafts: Drafts;
  private readonly tray: Tray | null;
  private readonly words: Record<string, string>;
  private readonly label: HTMLElement | null;
  private readonly written: string;
  private isPressed = false;
  private pressed: HTMLElement | null = null;
  private isLeaving = false;
  private readonly left = new LeftBehind();
  /** What was pressed on a page of before that is gone. */
  private pressedBefore: Record<string, string> | null = null;
  /** The conversation that it is about, if the page of before knew one. */
  private quotes = "";

  constructor(private readonly form: HTMLFormElement) {
    this.words = JSON.parse(form.dataset.words ?? "{}") as Record<string, string>;
    this.drafts = new Drafts(form.dataset.newMessage ?? "", "new", (name) => new KeptWords(name));
    const place = form.querySelector<HTMLElement>("[data-attaching]");
    this.tray = place && new Tray(place, () => this.changed());
    this.label = document.querySelector<HTMLElement>("#chat-send > span");
    this.written = this.label?.textContent ?? "";
    form.addEventListener("submit", (event) => this.submitted(event));
    form.addEventListener("input", () => {
      this.drafts.draft = this.field()?.value ?? "";
    });
    window.addEventListener("online", () => {
      if (this.isPressed) void this.leave();
    });
    void this.drafts.ready.then(() => this.giveBack());
  }

  private field(): HTMLTextAreaElement | null {
    return this.form.querySelector<HTMLTextAreaElement>("textarea[name=body]");
  }

  private async giveBack(): Promise<void> {
    const field = this.field();
    if (field && !field.value) field.value = this.drafts.draft;
    const left = (await this.left.all()).find(({ words }) => words.includes(this.drafts.names[0]));
    if (!left || this.isPressed) void this.giveBackFiles();
    else if (left.needsFiles) void this.giveBackFiles().then(() => this.pressAgain(left.fields));
    else this.goOn(left.fields);
  }

  /** Its files go on from this page, and it leaves when they have arrived. */
  private pressAgain(fields: Record<string, string>): void {
    if (this.isPressed) return;
    this.show(fields);
    this.isPressed = true;
    this.tray?.current.press();
    void this.leave();
  }

  /** Sends what was pressed before, and shows it meanwhile. */
  private goOn(fields: Record<string, string>): void {
    this.isPressed = true;
    this.pressedBefore = fields;
    this.show(fields);
    void this.leave();
  }

  private show({ body = "", topic = "", quotes = "" }: Record<string, string>): void {
    const field = this.field();
    if (field) field.value = body;
    const chosen = this.form.querySelector<HTMLInputElement>(`[name=topic][value="${CSS.escape(topic)}"]`);
    if (chosen) chosen.checked = true;
    this.quotes = quotes;
  }

  private async giveBackFiles(): Promise<void> {
    const kept = this.drafts.files;
    if (!this.tray) return;
    const own = this.form.querySelector<HTMLInputElement>("[name=draft_id]")?.value ?? newId("drf");
    const files = this.tray.begun(kept?.draft ?? own);
    files.entries = kept?.entries ?? [];
    this.tray.use(files);
    if (kept) await files.load();
  }

  private changed(): void {
    const files = this.tray?.current;
    if (!files) return;
    this.drafts.files = files.isEmpty ? null : { draft: files.draft, entries: files.entries };
    this.draw();
    if (this.isPressed && files.isComplete) void this.leave();
  }

  private submitted(event: SubmitEvent): void {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (this.isPressed || this.tray?.blocks()) return;
    this.isPressed = true;
    this.pressed = event.submitter;
    const files = this.tray?.current;
    files?.press();
    if (files && !files.isComplete) void this.keepPressed(files);
    void this.leave();
  }

  private keepPressed({ draft }: Attachments): Promise<void> {
    const { action: address } = this.form;
    return this.left.add({ draft, address, fields: this.typed(), words: this.drafts.names, needsFiles: true });
  }

  /** Posts it with the names of what has arrived; as often as it takes, because it is there once. */
  private async leave(): Promise<void> {
    const files = this.tray?.current;
    if (files && !files.isComplete) this.draw();
    if (this.isLeaving || (files && !files.isComplete)) return;
    this.isLeaving = true;
    const typed = { ...this.typed(), ...(files && !files.isEmpty ? fieldsOf(files) : {}) };
    const fields = this.pressedBefore ?? typed;
    const draft = fields.draft_id ?? "";
    // Before it leaves: the answer may not come, or this page may not be there to read it.
    await this.left.add({ draft, address: this.form.action, fields, words: this.drafts.names });
    const answer = await posted(this.form.action, fields).catch(() => null);
    this.isLeaving = false;
    if (answer?.ok) {
      const { address } = (await answer.json()) as { address: string };
      await this.forget(draft);
      files?.end();
      location.assign(address);
    } else if (answer && answer.status < 500 && answer.status !== 401) {
      this.isPressed = false;
      this.say(await sentenceOf(answer));
      this.toWhatIsWrong();
      await this.left.drop(draft);
      if (this.pressedBefore) void this.giveBackFiles();
      else void files?.load();
      this.pressedBefore = null;
      this.draw();
    } else {
      this.say((answer?.status === 401 ? this.words.signed_out : this.words.waiting) ?? "");
      window.setTimeout(() => void this.leave(), AGAIN_MS);
    }
  }

  private typed(): Record<string, string> {
    const fields: Record<string, string> = this.quotes ? { quotes: this.quotes } : {};
    if (this.pressed instanceof HTMLButtonElement && this.pressed.name) fields[this.pressed.name] = this.pressed.value;
    for (const [name, value] of new FormData(this.form)) if (typeof value === "string") fields[name] = value;
    return fields;
  }

  private say(sentence: string): void {
    const place = this.form.querySelector<HTMLElement>("[data-new-said]");
    if (!place) return;
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  /** Whoever pressed the button reads what is wrong; nobody who writes meanwhile is interrupted. */
  private toWhatIsWrong(): void {
    if (document.activeElement !== this.pressed) return;
    this.form.querySelector<HTMLElement>("[data-new-said]")?.focus();
  }

  private forget(draft: string): Promise<void> {
    this.drafts.draft = "";
    this.drafts.files = null;
    return this.left.drop(draft);
  }

  private draw(): void {
    const files = this.tray?.current;
    if (!this.label || !files) return;
    const waits = this.isPressed && !files.isComplete;
    const part = percent(files.percent);
    this.label.textContent = waits ? (this.words.sending_part ?? "").replace("{percent}", part) : this.written;
  }
}

function fieldsOf(files: Attachments): Record<string, string> {
  return {
    draft_id: files.draft,
    files: files.filesPressed().join(","),
    entries: files.entries.map(({ id }) => id).join(","),
  };
}
