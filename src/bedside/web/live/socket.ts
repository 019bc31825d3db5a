/**
 * One WebSocket for the page. It reconnects by itself with exponential backoff and jitter, so that
 * a restarted server is not hit by everybody at once; each topic resumes from the last version the
 * page has. A gap in the versions is fetched again.
 */
import { connectionBack, connectionLost, connectionRests } from "../components/connection";
import { type Data, type Elsewhere, type FromPage, type LiveEvent, messageOf, type Snapshot } from "./messages";

export type Heard = Snapshot | LiveEvent;
export type Listener = (heard: Heard) => void;
export type PassingListener = (data: Data) => void;

interface Topic {
  version: number;
  /** A gap was detected, and the server was asked for what is missing. */
  asked: boolean;
  listeners: Set<Listener>;
  passing: Set<PassingListener>;
}

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 20_000;
/** In a call, where others wait for this page to be back. */
const LONGEST_IN_CALL_MS = 1_500;
/**
 * A network that hangs closes nothing, and browsers notice after minutes: after a silence a page that
 * somebody sees asks whether its connection still passes anything on.
 */
const ASK_MS = 25_000;
const ASK_IN_CALL_MS = 5_000;
/** A server that is late has enough to do without pages that connect again. */
const ANSWER_MS = 15_000;
const ANSWER_IN_CALL_MS = 4_000;
/** In a call a connection that does not open is given up, and now and then a slow one gets its time. */
const OPEN_IN_CALL_MS = 2_500;
const OPEN_SLOWLY_MS = 10_000;
const SLOWLY_EVERY = 4;
/** A loss that recovers sooner than this is not worth a bar. */
const SAY_AFTER_MS = 1_500;
const SIGN_IN_AFTER_MS = 1_000;
/** After the server had too many: slower, so that pages do not push each other out in turns. */
const REST_MS = 10_000;
const HIDDEN_REST_MS = 60_000;
/**
 * Close codes of bedside/web: the session ended; this socket is over the limit; the page may not
 * connect.
 */
const SIGNED_OUT = 4401;
const TOO_MANY = 4429;
const NOT_ALLOWED = 1008;
const GIVEN_UP = 1006;

export class LiveSocket {
  private socket: WebSocket | null = null;
  private readonly topics = new Map<string, Topic>();
  private tries = 0;
  private retry = 0;
  private say = 0;
  private leaving = false;
  private inCall = false;
  private watch = 0;

  constructor(private readonly address: string) {
    window.addEventListener("online", () => this.connectNow());
    window.addEventListener("offline", () => this.socket?.close());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      this.connectNow();
      this.makeSure(0);
    });
    window.addEventListener("pagehide", () => {
      this.leaving = true;
      this.socket?.close();
    });
    window.addEventListener("pageshow", (event) => {
      this.leaving = false;
      if (event.persisted) this.connectNow();
    });
  }

  /** Follows a topic until the returned function is called. */
  subscribe(name: string, listener: Listener): () => void {
    let topic = this.topics.get(name);
    if (!topic) {
      topic = { version: 0, asked: false, listeners: new Set(), passing: new Set() };
      this.topics.set(name, topic);
      if (this.socket?.readyState === WebSocket.OPEN) this.ask(name, topic);
      else this.connectNow();
    }
    topic.listeners.add(listener);
    return () => this.leave(name, listener);
  }

  /** Hears what passes on a topic that this page follows, for as long as it follows it. */
  passing(name: string, listener: PassingListener): void {
    this.topics.get(name)?.passing.add(listener);
  }

  private leave(name: string, listener: Listener): void {
    const topic = this.topics.get(name);
    if (!topic?.listeners.delete(listener) || topic.listeners.size > 0) return;
    this.topics.delete(name);
    this.tell({ action: "unsubscribe", topic: name });
  }

  private connectNow(): void {
    const underWay = this.socket && this.socket.readyState <= WebSocket.OPEN;
    if (underWay || this.leaving || !navigator.onLine || this.topics.size === 0) return;
    window.clearTimeout(this.retry);
    const socket = new WebSocket(this.address);
    this.socket = socket;
    const slowly = this.tries % SLOWLY_EVERY === SLOWLY_EVERY - 1;
    if (this.inCall) this.giveUpIn(slowly ? OPEN_SLOWLY_MS : OPEN_IN_CALL_MS);
    // What comes of a connection that was given up concerns nobody.
    socket.addEventListener("open", () => this.socket === socket && this.opened());
    socket.addEventListener("message", (event) => this.socket === socket && this.heard(String(event.data)));
    socket.addEventListener("close", (event) => this.socket === socket && this.lost(event.code));
  }

  private giveUpIn(milliseconds: number): void {
    window.clearTimeout(this.watch);
    this.watch = window.setTimeout(() => {
      const { socket } = this;
      if (!socket) return;
      this.lost(GIVEN_UP);
      socket.close();
    }, milliseconds);
  }

  /** Asks after a silence, and gives the connection up if there is no answer. */
  private makeSure(after = this.inCall ? ASK_IN_CALL_MS : ASK_MS): void {
    if (!this.connected) return;
    window.clearTimeout(this.watch);
    if (!this.inCall && document.visibilityState === "hidden") return;
    this.watch = window.setTimeout(() => {
      if (this.tell({ action: "ping" })) this.giveUpIn(this.inCall ? ANSWER_IN_CALL_MS : ANSWER_MS);
    }, after);
  }

  private opened(): void {
    this.tries = 0;
    this.makeSure();
    window.clearTimeout(this.say);
    for (const [name, topic] of this.topics) this.ask(name, topic);
    connectionBack();
    document.dispatchEvent(new CustomEvent("bedside:connected"));
  }

  get connected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Sends now; returns false if there is no connection, and nothing was sent. */
  tell(message: FromPage): boolean {
    if (!this.connected) return false;
    this.socket?.send(JSON.stringify(message));
    return true;
  }

  /** A page in a call tries to reconnect more often, and notices a dead connection sooner. */
  hurry(inCall: boolean): void {
    this.inCall = inCall;
    this.makeSure();
  }

  private ask(name: string, topic: Topic): void {
    topic.asked = true;
    this.tell({ action: "subscribe", topic: name, since: topic.version });
  }

  private lost(code: number): void {
    window.clearTimeout(this.watch);
    this.socket = null;
    if (this.leaving) return;
    if (code === SIGNED_OUT) {
      // After “Sign out” the page is about to navigate anyway; a page beside a call goes with the
      // window around it.
      if (window.top === window) window.setTimeout(() => leaveForSignIn(), SIGN_IN_AFTER_MS);
      return;
    }
    if (code === NOT_ALLOWED) return;
    if (code === TOO_MANY) {
      this.rest();
      return;
    }
    if (this.tries === 0) this.say = window.setTimeout(connectionLost, SAY_AFTER_MS);
    const longest = Math.min(this.inCall ? LONGEST_IN_CALL_MS : LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries);
    this.tries += 1;
    this.retry = window.setTimeout(() => this.connectNow(), longest * (0.5 + Math.random() / 2));
  }

  /** Waits until somebody looks at the page, or for a while. */
  private rest(): void {
    connectionRests();
    const rest = document.visibilityState === "hidden" ? HIDDEN_REST_MS : REST_MS;
    this.retry = window.setTimeout(() => this.connectNow(), rest * (1 + Math.random()));
  }

  private heard(text: string): void {
    this.makeSure();
    const message = messageOf(text);
    const topic = message && this.topics.get(message.topic);
    if (!message || !topic) return;
    if (message.kind === "refused") {
      this.topics.delete(message.topic);
      return;
    }
    if (message.kind === "passing") {
      for (const listener of [...topic.passing]) listener(message.data);
      return;
    }
    if (this.counts(message, topic) && message.kind !== "elsewhere") {
      for (const listener of [...topic.listeners]) listener(message);
    }
  }

  /** Whether a message is the next one; keeps the count, and fetches again after a gap. */
  private counts(message: Snapshot | LiveEvent | Elsewhere, topic: Topic): boolean {
    if (message.kind === "snapshot" || message.version === topic.version + 1) {
      topic.version = message.version;
      topic.asked = false;
      return true;
    }
    if (message.version > topic.version && !topic.asked) this.ask(message.topic, topic);
    return false;
  }
}

/**
 * Reloads the page, which leads to the sign-in. Listeners may release things first, or keep the
 * page as it is.
 */
function leaveForSignIn(): void {
  const isLeft = document.dispatchEvent(new CustomEvent("bedside:signed-out", { cancelable: true }));
  if (isLeft) window.location.reload();
}

let shared: LiveSocket | null = null;

/** The page's own socket, opened with its first topic; <body data-live-address> says where. */
export function liveSocket(): LiveSocket {
  const path = document.querySelector<HTMLElement>("[data-live-address]")?.dataset.liveAddress ?? "/live";
  shared ??= new LiveSocket(
    `${window.location.protocol === "https:" ? "wss:" : "ws:"}//${window.location.host}${path}`,
  );
  return shared;
}
