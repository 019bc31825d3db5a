/** What the server knows of the request, and the small things that are said to it. */
export interface ServerPhoto {
  id: string;
  name: string;
  size: number;
  state: "scanning" | "unscanned" | "filed" | "refused" | "infected";
  comment: string;
  refusal: string;
  preview: boolean;
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
}

/** The link has ended, or this device is not let in any more. */
export class Closed extends Error {}

const JSON_ONLY = { Accept: "application/json" };

async function answered(response: Response): Promise<Response> {
  if (response.status === 401 || response.status === 410) throw new Closed();
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response;
}

export class RequestServer {
  constructor(readonly here: string) {}

  async snapshot(): Promise<Snapshot> {
    const response = await answered(await fetch(`${this.here}/state`, { headers: JSON_ONLY, cache: "no-store" }));
    return (await response.json()) as Snapshot;
  }

  async comment(fileId: string, comment: string): Promise<void> {
    await this.post(`/photos/${fileId}/comment`, { comment });
  }

  async delete(fileId: string): Promise<void> {
    await this.post(`/photos/${fileId}/delete`, {});
  }

  /** “Agree & send photos”: `total` counts all photos of the request. */
  async agree(total: number): Promise<Snapshot> {
    const response = await this.post("/agree", { total: String(total) });
    return (await response.json()) as Snapshot;
  }

  private async post(path: string, fields: Record<string, string>): Promise<Response> {
    const body = new URLSearchParams(fields);
    return answered(await fetch(this.here + path, { method: "POST", headers: JSON_ONLY, body }));
  }
}

export function isAcceptable(photo: ServerPhoto): boolean {
  return photo.state !== "refused" && photo.state !== "infected";
}
