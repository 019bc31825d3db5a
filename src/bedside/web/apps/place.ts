/** A call's place on this page: the server's data in data-call-place, and its texts. */
export type Audience = "staff" | "patient" | "guest";
export type Mode = "video" | "voice";

export interface CallPlace {
  audience: Audience;
  call: string;
  /** "" if known only after joining. */
  mode: Mode | "";
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Addresses for requests; "" for one that this audience does not have. */
  addresses: {
    join: string;
    people: string;
    ice: string;
    leave: string;
    end: string;
    video: string;
    guests: string;
    newcomers: string;
    next: string;
  };
  words: Readonly<Record<string, string>>;
}

/** Reads the place; null if the page has no call. */
export function placeOf(root: HTMLElement): CallPlace | null {
  const text = root.dataset.callPlace;
  if (!text) return null;
  const words = JSON.parse(root.dataset.callWords ?? "{}") as CallPlace["words"];
  return { ...(JSON.parse(text) as Omit<CallPlace, "words">), words };
}

/** What comes after a name in the other direction stays after it (see edge/bidi.py). */
function isolated(text: string): string {
  const turns = document.dir === "rtl" ? /\D/ : /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
  return turns.test(text) ? `\u2068${text}\u2069` : text;
}

/** A text with its {names} filled in. */
export function say(place: CallPlace, name: string, values: Record<string, string | number> = {}): string {
  const sentence = place.words[name] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (_whole, key: string) => isolated(String(values[key] ?? "")));
}
