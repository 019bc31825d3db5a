/**
 * A chat, for both sides: of a visit, or a conversation outside one. The server renders the messages;
 * this keeps them current, sends new ones (later, if there is no connection now), and reports what
 * has been read. Messages of a conversation are numbered (data-last), those of a visit are not.
 *
 *   <div data-chat data-base="/visits/vis_…/chat" data-visit data-leg data-topic data-words data-plans>
 *     <div data-chat-list>…</div> <ol data-chat-pending> <form data-chat-form>…</form></div>
 */
import { announce } from "../components/announce";
import { posted, refusalIn, sentenceOf } from "../components/answers";
import { newId } from "../components/ids";
import { isDrawn } from "../components/older_browsers";
import { fragmentOf } from "../live/fragment";
import { LeftBehind } from "../live/left_behind";
import { morph } from "../live/morph";
import { type Heard, liveSocket } from "../live/socket";
import type { Attachments } from "./attachments";
import { type Canned, cannedOf } from "./canned";
import { Drafts, type Unsent } from "./drafts";
import { Leaving } from "./leaving";
import { Tray } from "./tray";
import { Typing } from "./typing";

const TOGETHER_MS = 40;
const AGAIN_MS = 4_000;
/** Within this distance of the end the reader follows the newest messages. */
const NEAR_PX = 80;

export class ChatPanel {
  private readonly base: string;
  private readonly leg: string;
  private readonly words: Record<string, string>;
  private readonly drafts: Drafts;
  private readonly leave: () => void;
  /** Staff see below a message how the patient learns of it; data-plans is the topic that says so. */
  private readonly leavePlans: () => void;
  /** Files of the message that is being written, where the chat takes files. */
  private readonly tray: Tray | null;
  private readonly leaving: Leaving;
  private readonly left = new LeftBehind();
  private readonly typing: Typing;
  private readonly canned: Canned | null;
  private timer = 0;
  private again = 0;
  private sending = false;
  /** Why unsent messages wait. */
  private waits: "waiting" | "soon" | "signed_out" = "waiting";
  /** What was read out of it. */
  private told = "";
  private isOver = false;

  constructor(private readonly root: HTMLElement) {
    const { base = "", visit = "", leg = "", topic = "", words = "{}", plans = "" } = root.dataset;
    this.base = base;
    this.leg = leg;
    this.words = JSON.parse(words) as Record<string, string>;
    this.drafts = new Drafts(visit, leg);
    const place = root.querySelector<HTMLElement>("[data-attaching]");
    this.tray = place && new Tray(place, () => this.filesChanged());
    this.leaving = new Leaving(root, this.words, this.tray);
    this.leave = liveSocket().subscribe(topic, (heard) => this.heard(heard));
    this.leavePlans = plans ? liveSocket().subscribe(plans, (heard) => this.planHeard(heard)) : () => undefined;
    this.typing = new Typing(root, topic, this.words);
    this.canned = cannedOf(root);
    root.addEventListener("submit", this.submitted);
    root.addEventListener("keydown", this.pressed);
    root.addEventListener("input", this.typed);
    document.addEventListener("bedside:connected", this.goOn);
    document.addEventListener("visibilitychange", this.looked);
    window.addEventListener("online", this.goOn);
    this.toEnd();
    this.looked();
    void this.drafts.ready.then(() => this.giveBackKept());
  }

  /** The panel is closed; unsent messages are sent when it opens again, or with the next page. */
  end(): void {
    this.isOver = true;
    this.typing.end();
    this.leave();
    this.leavePlans();
    window.clearTimeout(this.timer);
    window.clearTimeout(this.again);
    this.root.removeEventListener("submit", this.submitted);
    this.root.removeEventListener("keydown", this.pressed);
    this.root.removeEventListener("input", this.typed);
    document.removeEventListener("bedside:connected", this.goOn);
    document.removeEventListener("visibilitychange", this.looked);
    window.removeEventListener("online", this.goOn);
  }

  focus(): void {
    this.field()?.focus();
    this.toEnd();
  }

  /** Called when it becomes visible again. */
  shown(): void {
    this.toEnd();
    this.looked();
  }

  private field(): HTMLTextAreaElement | null {
    return this.root.querySelector<HTMLTextAreaElement>("[data-chat-body]");
  }

  private list(): HTMLElement | null {
    return this.root.querySelector<HTMLElement>("[data-chat-list]");
  }

  // --- events ------------------------------------------------------------------------------------

  private heard(heard: Heard): void {
    if (heard.kind === "event" && !/^(chat|conversation)\./.test(heard.type)) return;
    this.refreshSoon();
  }

  private planHeard(heard: Heard): void {
    if (heard.kind !== "event" || heard.type !== "desk.plan_changed") return;
    const message = document.getElementById(String(heard.data.item_id));
    if (message && this.list()?.contains(message)) this.refreshSoon();
  }

  private refreshSoon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.refresh(), TOGETHER_MS);
  }

  private async refresh(): Promise<void> {
    const list = this.list();
    if (!list) return;
    const before = new Set([...list.querySelectorAll("[data-message]")].map((one) => one.id));
    const follows = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;
    let after: DocumentFragment;
    try {
      after = await fragmentOf(`${this.base}/list`);
    } catch {
      return; // the next event asks again
    }
    const came = [...after.querySelectorAll<HTMLElement>("[data-theirs]")].filter((one) => !before.has(one.id));
    morph(list, after);
    if (follows) this.toEnd();
    if (came.length > 0) this.typing.came();
    for (const one of came) this.tell(one);
    this.looked();
  }

  private tell(message: HTMLElement): void {
    const body = message.querySelector(".chat-words")?.textContent ?? "";
    const files = [...message.querySelectorAll(".file-name")].map((name) => name.textContent.trim());
    const words = [body, ...files].filter(Boolean).join(", ");
    announce((this.words.said ?? "").replace("{who}", message.dataset.who ?? "").replace("{words}", words));
  }

  private toEnd(): void {
    const list = this.list();
    if (list) list.scrollTop = list.scrollHeight;
  }

  /** A chat on the screen counts as read. */
  private readonly looked = (): void => {
    const messages = this.root.querySelector<HTMLElement>("[data-chat-messages]");
    const { unread = "0", undelivered = "0", last = "" } = messages?.dataset ?? {};
    const seen = document.visibilityState !== "hidden" && isDrawn(this.root);
    if (Number(seen ? unread : undelivered) === 0) return;
    if (seen || last) {
      const what = seen ? "read" : "delivered";
      void posted(`${this.base}/read`, last ? { up_to: last, what } : {})
        .then(() => document.dispatchEvent(new CustomEvent("bedside:read")))
        .catch(() => undefined);
    }
  };

  // --- writing -----------------------------------------------------------------------------------

  private readonly typed = (event: Event): void => {
    const chooses = event.target instanceof HTMLInputElement; // among message and note
    if (event.target !== this.field() && !chooses) return;
    this.drafts.draft = this.field()?.value ?? "";
    if (this.drafts.draft && !this.isNote()) this.typing.wrote();
    else this.typing.stopped();
  };

  /** Whether what is written goes to staff only. */
  private isNote(): boolean {
    return this.more(null).note === "yes";
  }

  /** Enter sends; Shift and Enter begins a new line. Enter that ends a composition does neither. */
  private readonly pressed = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    // In the fields of “Send later” Enter does not send now.
    const later = (event.target as Element).closest("[data-chat-later]")?.querySelector("[data-chat-later-send]");
    const chooses = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.target !== this.field() && !(later && chooses)) return;
    event.preventDefault();
    this.take(later instanceof HTMLElement ? later : null);
  };

  private readonly submitted = (event: SubmitEvent): void => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-chat-form]")) return;
    event.preventDefault();
    this.take(event.submitter);
  };

  private take(pressed: HTMLElement | null = null): void {
    const field = this.field();
    const body = field?.value.trim() ?? "";
    const files = this.tray?.current;
    const hasFiles = files !== undefined && files.names.length > 0;
    if (!field || (!this.isNote() && this.canned?.blocks())) return;
    if (this.tray?.blocks()) return;
    if (!body && !hasFiles) {
      field.focus(); // nothing is sent: this is where the words go
      return;
    }
    const draft = files && !files.isEmpty ? files.draft : newId("drf");
    const along = hasFiles ? { names: files.names, entries: files.entries } : {};
    this.drafts.add({ draft, body, more: this.more(pressed), ...along });
    if (files && !files.isEmpty) {
      this.leaving.add(files);
      this.startDraft();
    }
    field.value = this.drafts.draft = "";
    this.typing.stopped();
    this.canned?.check();
    field.focus();
    this.say("");
    this.drawUnsent();
    void this.sendAll();
  }

  /** The other fields of the form, and the button that was pressed. */
  private more(pressed: HTMLElement | null): Record<string, string> {
    const form = this.field()?.form;
    const more: Record<string, string> = {};
    for (const [name, value] of form ? new FormData(form) : []) {
      if (typeof value === "string" && name !== "body" && name !== "draft_id") more[name] = value;
    }
    if (pressed instanceof HTMLButtonElement && pressed.name) more[pressed.name] = pressed.value;
    // For what leaves later: what the patient wrote up to here was seen.
    const last = this.root.querySelector<HTMLElement>("[data-chat-messages]")?.dataset.last;
    if (more.later && last) more.seen = last;
    return more;
  }

  /** The next message has files of its own. */
  private startDraft(): void {
    this.tray?.use(this.tray.begun(newId("drf")));
    this.drafts.files = null;
  }

  private filesChanged(): void {
    const files = this.tray?.current;
    if (!files) return;
    const { draft, entries } = files;
    this.drafts.files = files.isEmpty ? null : { draft, entries };
    this.leaving.draw();
    if (!this.sending && this.leaving.hasNews) void this.sendAll();
  }

  private readonly goOn = (): void => void this.sendAll();

  private async sendAll(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    window.clearTimeout(this.again);
    let next = this.ready();
    while (next && (await this.send(next))) {
      this.drafts.drop(next.draft);
      await this.refresh();
      this.drawUnsent();
      this.toEnd();
      announce(this.words.sent ?? "");
      next = this.ready();
    }
    this.sending = false;
    this.drawUnsent();
    this.tellWhy(next !== undefined);
    if (next && !this.isOver) this.again = window.setTimeout(this.goOn, AGAIN_MS);
  }

  /** Reads out once why a message waits: its line is not where the focus is. What is refused is an alert. */
  private tellWhy(isWaiting: boolean): void {
    const why = isWaiting && this.waits !== "soon" ? (this.words[this.waits] ?? "") : "";
    if (why && why !== this.told) announce(why);
    this.told = why;
  }

  /** The first message of which every file has arrived. */
  private ready(): Unsent | undefined {
    return this.drafts.unsent.find(({ draft }) => this.leaving.isComplete(draft));
  }

  /** Returns false if it has to be tried again later: then other pages of the app try, too. */
  private async send(unsent: Unsent): Promise<boolean> {
    const { draft, body, more = {}, entries = [] } = unsent;
    const fields = { leg: this.leg, ...more, ...this.leaving.fields(draft, entries), draft_id: draft, body };
    const isOver = await this.post(draft, fields);
    if (isOver) await this.left.drop(draft);
    else if (this.isOfConversation) await this.left.add({ draft, address: this.base, fields, words: [] });
    return isOver;
  }

  /** What is meant for one clinician of a visit goes from that page only. */
  private get isOfConversation(): boolean {
    return this.root.querySelector("[data-chat-messages][data-last]") !== null;
  }

  private async post(draft: string, fields: Record<string, string>): Promise<boolean> {
    try {
      const answer = await posted(this.base, fields);
      if (answer.status === 429) {
        this.waits = "soon";
        this.say(await sentenceOf(answer));
        return false;
      }
      if (answer.ok && this.waits === "soon") this.say("");
      this.waits = answer.status === 401 && this.words.signed_out ? "signed_out" : "waiting";
      if (answer.ok) {
        this.leaving.drop(draft);
        return true;
      }
      if (answer.status >= 500 || answer.status === 401) return false;
      const { code, sentence } = refusalIn(await answer.text().catch(() => ""));
      this.say(sentence);
      this.giveBack(fields.body ?? "");
      this.takeBack(this.leaving.drop(draft, code !== "draft_sent"));
      return true;
    } catch {
      this.waits = "waiting";
      return false;
    }
  }

  /** Puts back what was written before: into the field, and into the list of what is not sent. */
  private giveBackKept(): void {
    if (this.isOver) return;
    const field = this.field();
    if (field && !field.value) field.value = this.drafts.draft;
    this.giveBackFiles();
    this.canned?.check();
    this.drawUnsent();
    void this.sendAll();
  }

  /** Uploads go on: of the message that is being written, and of those that wait for theirs. */
  private giveBackFiles(): void {
    const { tray } = this;
    if (!tray) return;
    for (const one of this.drafts.unsent) if (one.names) this.leaving.resume(one.draft);
    const kept = this.drafts.files;
    if (!kept || !tray.current.isEmpty) return;
    const files = tray.begun(kept.draft);
    files.entries = kept.entries;
    tray.use(files);
    void files.load();
  }

  /** Puts back into the field what the server refused. */
  private giveBack(body: string): void {
    const field = this.field();
    if (!field) return;
    field.value = field.value ? `${body}\n${field.value}` : body;
    this.drafts.draft = field.value;
    this.canned?.check();
  }

  /** Files of a message that was refused are in the next one, unless that has files already. */
  private takeBack(files: Attachments | null): void {
    if (!files || !this.tray?.current.isEmpty) return;
    this.tray.use(files);
    void files.load();
    this.filesChanged();
  }

  private drawUnsent(): void {
    const place = this.root.querySelector<HTMLElement>("[data-chat-pending]");
    if (!place) return;
    const unsent = this.drafts.unsent;
    place.hidden = unsent.length === 0;
    place.replaceChildren(...unsent.map((one) => this.row(one)));
    this.leaving.draw();
  }

  private row({ draft, body, names = [] }: Unsent): HTMLElement {
    const row = Object.assign(document.createElement("li"), { className: "chat-message chat-ours chat-unsent" });
    const words = Object.assign(document.createElement("p"), { className: "chat-words preserve", textContent: body });
    const files = names.map((name) =>
      Object.assign(document.createElement("p"), { className: "chat-unsent-file", dir: "auto", textContent: name }),
    );
    const state = Object.assign(document.createElement("p"), { className: "chat-state" });
    const said = (this.sending && navigator.onLine ? this.words.sending : this.words[this.waits]) ?? "";
    state.textContent = this.leaving.progress(draft) || said;
    state.dataset.unsentState = draft;
    row.append(words, ...files, state);
    return row;
  }

  private say(sentence: string): void {
    const place = this.root.querySelector<HTMLElement>("[data-chat-said]");
    if (!place) return;
    place.textContent = sentence;
    place.hidden = !sentence;
  }
}
