/** Where a call is, for this page: what the server has written into data-call-place, and its words. */
export type Audience = "staff" | "patient" | "guest";
export type Mode = "video" | "voice";

export interface CallPlace {
  audience: Audience;
  call: string;
  /** "" where it is known only after joining. */
  mode: Mode | "";
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Where things are asked and told; one that this audience does not have is "". */
  addresses: {
    join: string;
    people: string;
    ice: string;
    leave: string;
    end: string;
    video: string;
    guests: string;
  };
  words: Readonly<Record<string, string>>;
}

/** Reads the place; null where the page has no call. */
export function placeOf(root: HTMLElement): CallPlace | null {
  const text = root.dataset.callPlace;
  if (!text) return null;
  const words = JSON.parse(root.dataset.callWords ?? "{}") as CallPlace["words"];
  return { ...(JSON.parse(text) as Omit<CallPlace, "words">), words };
}

/** A sentence with its {names} filled in. */
export function say(place: CallPlace, name: string, values: Record<string, string | number> = {}): string {
  const sentence = place.words[name] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (_whole, key: string) => String(values[key] ?? ""));
}
