/** Direct connections: one to each other browser in the call, up to four people. */
import { Peer } from "./peer";
import type { Words } from "./quality";
import type { Incoming, Outgoing } from "./signals";
import type { PartState, Received, Tracks } from "./tracks";

/** A path by which sound and pictures arrive from other connections. */
export interface Way {
  /** What arrives from a connection, if anything. */
  from(connection: string): Received | null;
  stateOf(connection: string): PartState;
  send(tracks: Tracks): void;
  close(): void;
}

export class Mesh implements Way {
  private readonly peers = new Map<string, Peer>();
  /** Connections that were replaced or left: what still arrives from them is late. */
  private readonly gone = new Set<string>();
  /** Those that called before they were known to be in the call. */
  private readonly unannounced = new Set<string>();
  private tracks: Tracks = { audio: null, camera: null, screen: null };

  constructor(
    private readonly own: string,
    private configuration: RTCConfiguration,
    private readonly signal: (signal: Outgoing) => void,
    private readonly changed: () => void,
    private readonly freshIce: () => Promise<void>,
  ) {}

  /** Update the other connections in the call, each with whether its camera is on. */
  meet(connections: ReadonlyMap<string, boolean>): void {
    for (const [connection, camera] of connections) {
      this.unannounced.delete(connection);
      if (!this.gone.has(connection)) this.peer(connection).expectPictures(camera);
    }
    for (const connection of this.peers.keys()) {
      if (!connections.has(connection) && !this.unannounced.has(connection)) this.part(connection);
    }
    for (const peer of this.peers.values()) peer.send(this.tracks, this.peers.size);
  }

  hear({ from, description, candidate }: Incoming): void {
    if (this.gone.has(from)) return;
    if (!this.peers.has(from)) this.unannounced.add(from);
    this.peer(from).hear(description, candidate);
  }

  from(connection: string): Received | null {
    return this.peers.get(connection)?.received ?? null;
  }

  stateOf(connection: string): PartState {
    return this.peers.get(connection)?.state ?? "connecting";
  }

  /**
   * The text for what is sent to a connection or, if that is everything, whether its pictures are
   * paused.
   */
  wordsFor(connection: string): Words {
    const peer = this.peers.get(connection);
    return peer?.level === "full" && peer.isPaused ? "paused" : (peer?.level ?? "full");
  }

  /** The camera of a connection is on, and its pictures have stopped. */
  isPaused(connection: string): boolean {
    return this.peers.get(connection)?.isPaused ?? false;
  }

  send(tracks: Tracks): void {
    this.tracks = tracks;
    for (const peer of this.peers.values()) peer.send(tracks, this.peers.size);
  }

  configure(configuration: RTCConfiguration): void {
    this.configuration = configuration;
    for (const peer of this.peers.values()) peer.configure(configuration);
  }

  close(): void {
    for (const connection of [...this.peers.keys()]) this.part(connection);
  }

  private peer(connection: string): Peer {
    const known = this.peers.get(connection);
    if (known) return known;
    const made = new Peer({
      polite: this.own < connection,
      configuration: this.configuration,
      send: (description, candidate) => this.signal({ to: connection, description, candidate }),
      changed: this.changed,
      freshIce: this.freshIce,
    });
    this.peers.set(connection, made);
    made.send(this.tracks, this.peers.size);
    return made;
  }

  private part(connection: string): void {
    this.peers.get(connection)?.close();
    this.peers.delete(connection);
    this.gone.add(connection);
  }
}
