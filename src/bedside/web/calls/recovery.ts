/**
 * Restores a connection: ICE restarts two seconds after it was disconnected, at once if it failed,
 * if the network changed or when the socket is back, and again until it is connected. Each restart
 * throws away what the one before had found out, so a slow phone or network gets more time each time.
 */
const DISCONNECTED_MS = 2_000;
const AGAIN_MS = 4_000;
const LONGEST_MS = 15_000;
const FIRST_MS = 6_000;

/** Returns how long the restart after `restarts` others may take before there is another one. */
export function patience(restarts: number): number {
  return Math.min(AGAIN_MS * 1.5 ** restarts, LONGEST_MS);
}

export class Recovery {
  private timer = 0;
  /** Restarts in a row that have not led to a connection. */
  private restarts = 0;

  /** `later` delays one of the two sides, so that both do not restart at the same moment. */
  constructor(
    private readonly connection: RTCPeerConnection,
    private readonly restart: () => void,
    private readonly later: number,
  ) {
    connection.addEventListener("connectionstatechange", this.look);
    window.addEventListener("online", this.networkChanged);
    document.addEventListener("bedside:connected", this.now);
    this.wait(FIRST_MS);
  }

  close(): void {
    window.clearTimeout(this.timer);
    this.connection.removeEventListener("connectionstatechange", this.look);
    window.removeEventListener("online", this.networkChanged);
    document.removeEventListener("bedside:connected", this.now);
  }

  private readonly look = (): void => {
    const state = this.connection.connectionState;
    if (state === "connected" || state === "closed") {
      window.clearTimeout(this.timer);
      this.restarts = 0;
    } else if (state === "disconnected") this.wait(DISCONNECTED_MS);
    else if (state === "failed") this.now();
  };

  /** A connection may look fine for seconds after its network has gone. */
  private readonly networkChanged = (): void => {
    this.restarts = 0;
    this.restartNow();
  };

  private readonly now = (): void => {
    if (this.connection.connectionState !== "connected") this.restartNow();
  };

  private restartNow(): void {
    this.restart();
    this.wait(patience(this.restarts));
    this.restarts += 1;
  }

  private wait(milliseconds: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(this.now, milliseconds + this.later);
  }
}
