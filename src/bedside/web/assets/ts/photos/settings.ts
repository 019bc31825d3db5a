/** What the page tells its script: limits, and the sentences of the catalogue. */
export interface Settings {
  request: string;
  /** Address of the request's pages, without a trailing slash. */
  here: string;
  /** Most photos, and most bytes of all of them together. */
  limit: number;
  bytes: number;
  /** What is in the chart already counts. */
  filed: number;
  filedBytes: number;
  texts: Record<string, string>;
}

export function readSettings(here: string): Settings {
  const text = document.getElementById("photo-request")?.textContent ?? "{}";
  return { ...(JSON.parse(text) as Omit<Settings, "here">), here };
}

/** A sentence with its {names} filled in. */
export function say(settings: Settings, name: string, values: Record<string, string | number> = {}): string {
  const sentence = settings.texts[name] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (_whole, key: string) => String(values[key] ?? ""));
}

export function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}
