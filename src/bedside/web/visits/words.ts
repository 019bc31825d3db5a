/** What web/visits says: the page brings its sentences, in the language of the patient. */
let known: Readonly<Record<string, string>> | null = null;

function words(): Readonly<Record<string, string>> {
  known ??= JSON.parse(document.getElementById("visit-words")?.textContent ?? "{}") as Record<string, string>;
  return known;
}

/** A sentence by its name, with its {names} filled in. */
export function word(name: string, values: Readonly<Record<string, string | number>> = {}): string {
  return (words()[name] ?? "").replace(/\{(\w+)\}/g, (_whole, key: string) => String(values[key] ?? ""));
}
