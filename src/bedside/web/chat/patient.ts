/** The chat on the patient's page: the badge of new messages, and the open panel. */

import { PatientPlace } from "../apps/patient_place";
import { announce } from "../components/announce";
import { type Heard, liveSocket } from "../live/socket";
import { forgetDrafts } from "./drafts";
import { Glimpse } from "./glimpse";
import { ChatPanel } from "./panel";

interface Known {
  leg: number;
  sender_kind: string;
  at: number;
}

export class PatientChat {
  private readonly place: PatientPlace<ChatPanel>;
  private readonly glimpse: Glimpse;
  private messages: Record<string, Known> = {};
  private readAt = 0;

  constructor(
    private readonly root: HTMLElement,
    here: string,
    private readonly sound: () => void,
  ) {
    this.place = new PatientPlace(root, "chat", `${here}/chat`, (place) => {
      const panel = place.querySelector<HTMLElement>("[data-chat]");
      return panel && new ChatPanel(panel);
    });
    this.glimpse = new Glimpse(`${here}/chat/list`, () => root.querySelector<HTMLElement>("[data-chat-glimpse]"));
    root.addEventListener("bedside:open-app", () => this.glimpse.hide());
    liveSocket().subscribe(`chat:${root.dataset.visit ?? ""}`, (heard) => this.heard(heard));
    // A re-rendered view has the count of a moment ago.
    new MutationObserver(() => {
      this.draw();
      this.forgetAtTheEnd();
    }).observe(root, { childList: true });
    this.forgetAtTheEnd();
  }

  private forgetAtTheEnd(): void {
    const view = this.root.querySelector<HTMLElement>("[data-view]")?.dataset.view;
    if (view === "ended") forgetDrafts(this.root.dataset.visit ?? "");
  }

  private heard(heard: Heard): void {
    const { data } = heard;
    if (heard.kind === "snapshot") {
      this.messages = data.messages as Record<string, Known>;
      this.readAt = Number((data.read as Record<string, number>).patient ?? 0);
    } else if (heard.type === "chat.message_added") {
      this.messages = { ...this.messages, [String(data.message_id)]: data as unknown as Known };
      if (data.sender_kind === "staff") this.came();
    } else if (data.reader === "patient") this.readAt = Number(data.read_at);
    this.draw();
  }

  /**
   * In the waiting room the chat opens by itself; in a call the badge shows that there is
   * something.
   */
  private came(): void {
    if (this.place.running) return;
    this.sound();
    if (this.place.isInCall) void this.glimpse.show().then((words) => announce(words || this.signed()));
    else void this.place.open(false);
  }

  private signed(): string {
    return this.root.querySelector<HTMLElement>("#open-chat")?.textContent.trim() ?? "";
  }

  private draw(): void {
    const leg = Number(this.root.querySelector<HTMLElement>("[data-leg]")?.dataset.leg ?? 0);
    const unread = Object.values(this.messages).filter(
      (one) => one.sender_kind === "staff" && one.leg === leg && one.at > this.readAt,
    ).length;
    for (const sign of this.root.querySelectorAll<HTMLElement>("[data-chat-unread]")) {
      sign.hidden = unread === 0;
      const count = sign.querySelector("[data-chat-count]");
      if (count) count.textContent = String(unread);
    }
  }
}
