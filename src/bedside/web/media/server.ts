/** Requests of a call to the server: commands are posts, answers are JSON. */

/** The server refused; `message` is its sentence for a person. */
export class Refused extends Error {
  constructor(
    sentence: string,
    readonly status: number,
    readonly code: string,
  ) {
    super(sentence);
  }
}

const HEADERS = { Accept: "application/json", "X-Background": "1" };

async function answerOf<Answer>(answer: Response): Promise<Answer> {
  const said: unknown = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (answer.ok) return said as Answer;
  const { sentence = "", code = "" } = said as { sentence?: string; code?: string };
  throw new Refused(sentence, answer.status, code);
}

/** Requests JSON. Throws Refused, or TypeError if there is no connection. */
export async function ask<Answer>(address: string): Promise<Answer> {
  return answerOf<Answer>(await fetch(address, { headers: HEADERS }));
}

/** Posts a command. Throws like `ask`. */
export async function tell<Answer>(address: string, fields: Record<string, string> = {}): Promise<Answer> {
  const body = new URLSearchParams(fields);
  return answerOf<Answer>(await fetch(address, { method: "POST", headers: HEADERS, body }));
}
