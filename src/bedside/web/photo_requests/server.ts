/** The server's state of the request, and small commands to it. */
import { sentenceOf } from "../components/answers";
import { patience } from "../components/older_browsers";
import type { Warning } from "./store";

export interface ServerPhoto {
  id: string;
  /** Its device's name for it; "" without script. */
  given_id: string;
  name: string;
  size: number;
  state: "scanning" | "unscanned" | "filed" | "refused" | "infected";
  comment: string;
  refusal: string;
  preview: boolean;
  /** What the sending phone thought of it. */
  looks: Warning;
  /** Whether it is going into the chart: agreed to, here or on another device. */
  agreed: boolean;
}

export interface Snapshot {
  state: string;
  expected: number;
  filed: number;
  sending: boolean;
  bytes_used: number;
  photos_left: number;
  photos: ServerPhoto[];
  refused: { id: string; name: string; refusal: string }[];
  /** Names of photos that were agreed to: not yet in the chart, and in the chart. */
  coming: string[];
  sent: string[];
}

/** The link has ended, or this device is no longer let in. */
export class Closed extends Error {}

/** The server refuses, and trying again does not help. The message is a sentence for display. */
export class Refused extends Error {}

const JSON_ONLY = { Accept: "application/json" };
/** A network that swallows everything counts as none. */
const PATIENCE_MS = 30_000;

async function answered(response: Response): Promise<Response> {
  if (response.status === 401 || response.status === 410) throw new Closed();
  if (response.ok) return response;
  if ([400, 404, 409, 413, 415, 422].includes(response.status)) throw new Refused(await sentenceOf(response));
  throw new Error(`status ${response.status}`);
}

export class RequestServer {
  constructor(readonly here: string) {}

  async snapshot(): Promise<Snapshot> {
    const signal = patience(PATIENCE_MS);
    const response = await fetch(`${this.here}/state`, { headers: JSON_ONLY, cache: "no-store", signal });
    return (await (await answered(response)).json()) as Snapshot;
  }

  async comment(photo: string, comment: string): Promise<void> {
    await this.post(`/photos/${photo}/comment`, [["comment", comment]], true);
  }

  /** Deletes a photo, by any of its names. */
  async delete(photo: string): Promise<void> {
    await this.post(`/photos/${photo}/delete`, [], true);
  }

  /** “Agree & send photos”: these, and no others. */
  async agree(photos: string[], comments: Record<string, string>): Promise<Snapshot> {
    const said = Object.entries(comments).map(([photo, comment]): [string, string] => [`comment-${photo}`, comment]);
    return this.about("/agree", photos, said);
  }

  /** Continues without agreed photos that cannot come. */
  async finish(photos: string[]): Promise<Snapshot> {
    return this.about("/finish", photos);
  }

  private async about(path: string, photos: string[], more: [string, string][] = []): Promise<Snapshot> {
    const named = photos.map((photo): [string, string] => ["photo", photo]);
    return (await (await this.post(path, [...named, ...more])).json()) as Snapshot;
  }

  /** With `keepalive` it is sent even while the page is closed; only for short bodies. */
  private async post(path: string, fields: [string, string][], keepalive = false): Promise<Response> {
    const body = new URLSearchParams(fields);
    const signal = patience(PATIENCE_MS);
    return answered(await fetch(this.here + path, { method: "POST", headers: JSON_ONLY, body, signal, keepalive }));
  }
}

export function isAcceptable(photo: ServerPhoto): boolean {
  return photo.state !== "refused" && photo.state !== "infected";
}
