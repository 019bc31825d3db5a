/** Unread messages of patients in the chats of a call, by visit. */
import { type Heard, liveSocket } from "../live/socket";

interface Known {
  leg: number;
  sender_kind: string;
  at: number;
}

interface Chat {
  messages: Record<string, Known>;
  readAt: number;
  leave: () => void;
}

/** Keeps the badge on the chat's tab current while `visits` come and go. */
export class UnreadSign {
  private readonly chats = new Map<string, Chat>();

  constructor(private readonly sign: HTMLElement | null) {}

  follow(visits: readonly string[]): void {
    for (const [visit, chat] of this.chats) {
      if (visits.includes(visit)) continue;
      chat.leave();
      this.chats.delete(visit);
    }
    for (const visit of visits) {
      if (this.chats.has(visit)) continue;
      const chat: Chat = { messages: {}, readAt: 0, leave: () => undefined };
      this.chats.set(visit, chat);
      chat.leave = liveSocket().subscribe(`chat:${visit}`, (heard) => this.heard(chat, heard));
    }
    this.draw();
  }

  private heard(chat: Chat, { kind, data, ...rest }: Heard): void {
    if (kind === "snapshot") {
      chat.messages = data.messages as Record<string, Known>;
      chat.readAt = Number((data.read as Record<string, number>).staff ?? 0);
    } else if ("type" in rest && rest.type === "chat.message_added") {
      chat.messages = { ...chat.messages, [String(data.message_id)]: data as unknown as Known };
    } else if (data.reader === "staff") chat.readAt = Number(data.read_at);
    this.draw();
  }

  private draw(): void {
    let unread = 0;
    for (const { messages, readAt } of this.chats.values()) {
      unread += Object.values(messages).filter((one) => one.sender_kind === "patient" && one.at > readAt).length;
    }
    if (!this.sign) return;
    this.sign.hidden = unread === 0;
    const count = this.sign.querySelector("[data-chat-count]");
    if (count) count.textContent = String(unread);
  }
}
