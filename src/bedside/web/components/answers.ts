/** What the server answers to scripts, and small things that are posted to it. */

/** Why it says no: a code for scripts, and a sentence for people. Both are "" when it does not say. */
export interface Refusal {
  code: string;
  sentence: string;
}

export function refusalIn(body: string): Refusal {
  let said: unknown;
  try {
    said = JSON.parse(body);
  } catch {
    said = null;
  }
  const { code, sentence } = (typeof said === "object" && said !== null ? said : {}) as Partial<
    Record<keyof Refusal, unknown>
  >;
  return { code: String(code ?? ""), sentence: String(sentence ?? "") };
}

export async function sentenceOf(answer: Response): Promise<string> {
  return refusalIn(await answer.text().catch(() => "")).sentence;
}

/** Posts fields like a form, and requests an answer for scripts. */
export function posted(address: string, fields: Record<string, string>): Promise<Response> {
  return fetch(address, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(fields) });
}
