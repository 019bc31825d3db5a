/** A guest's page: it waits until somebody admits the guest, joins, and says how the call ended. */

import { placeOf } from "../apps/place";
import { announce } from "../components/announce";
import { Awake } from "../components/awake";
import { startDialogs } from "../components/dialogs";
import { type Heard, liveSocket } from "../live/socket";
import { tell } from "../media/server";
import { CallView, type FollowBoard } from "./view";

/** States of a guest in which the call goes on for them. */
const LET_IN = new Set(["asked", "joined"]);

export function startGuestPage(root: HTMLElement, followBoard: FollowBoard): void {
  startDialogs();
  new GuestPage(root, followBoard).start();
}

class GuestPage {
  private view: CallView | null = null;
  private board: { end: () => void } | null = null;
  private readonly awake = new Awake();
  private isOver = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly followBoard: FollowBoard,
  ) {}

  start(): void {
    const socket = liveSocket();
    socket.subscribe(`guest:${this.root.dataset.guestPage ?? ""}`, (heard) => this.heard(heard));
    const here = (): void => void socket.tell({ action: "here", hidden: document.visibilityState === "hidden" });
    document.addEventListener("bedside:connected", here);
    document.addEventListener("visibilitychange", here);
    document.addEventListener("bedside:signed-out", (event) => {
      if (this.isOver) event.preventDefault(); // the page already says how it ended
    });
  }

  private heard(heard: Heard): void {
    const state = String(heard.data.state);
    if (LET_IN.has(state)) this.enter();
    else if (state !== "knocking" && state !== "agreeing") this.over(state);
  }

  private enter(): void {
    const stage = this.root.querySelector<HTMLElement>("[data-call-place]");
    const place = stage && placeOf(stage);
    if (!stage || !place || this.view) return;
    this.show("call");
    announce(stage.dataset.said ?? "");
    this.view = new CallView(stage, place, liveSocket(), {
      leave: () => void this.leave(place.addresses.leave),
      ended: (end) => this.over(end === "out" ? "refused" : "ended"),
    });
    this.awake.want(true);
    this.board = this.followBoard(stage);
    void this.view.start();
  }

  private async leave(address: string): Promise<void> {
    this.view?.stop();
    await tell(address).catch(() => undefined);
    this.over("left");
  }

  private over(state: string): void {
    const wasIn = this.view !== null;
    this.isOver = true;
    this.board?.end();
    this.board = null;
    this.view?.stop();
    this.awake.want(false);
    this.show(state !== "refused" ? "ended" : wasIn ? "sent_away" : "refused");
  }

  /** Shows one of the page's views; its heading is announced and takes the focus. */
  private show(name: string): void {
    for (const view of this.root.querySelectorAll<HTMLElement>("[data-guest-view]")) {
      view.hidden = view.dataset.guestView !== name;
    }
    const shown = this.root.querySelector<HTMLElement>(`[data-guest-view="${name}"]`);
    const heading = document.querySelector("h1");
    if (heading && shown?.dataset.heading) {
      heading.textContent = shown.dataset.heading;
      document.title = document.title.replace(/^.*? – /, `${shown.dataset.heading} – `);
      document.body.classList.toggle("in-call", name === "call");
      heading.focus();
    }
  }
}
