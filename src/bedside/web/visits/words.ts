/** Texts of web/visits: the page brings them, in the patient's language. */
let known: Readonly<Record<string, string>> | null = null;

function words(): Readonly<Record<string, string>> {
  known ??= JSON.parse(document.getElementById("visit-words")?.textContent ?? "{}") as Record<string, string>;
  return known;
}

/** A text by its name, with its {names} filled in. */
export function word(name: string, values: Readonly<Record<string, string | number>> = {}): string {
  return (words()[name] ?? "").replace(/\{(\w+)\}/g, (_whole, key: string) => String(values[key] ?? ""));
}
