/** What the scan made of an upload. */
export interface Became {
  tone: "" | "good" | "attention" | "bad";
  sentence: string;
  /** Whether it changes no more. */
  over: boolean;
  /** The entry in the chart, if there is one. */
  href?: string;
}

/** Asks for it; null without a connection, or for an upload that the server does not know any more. */
export async function becameOf(upload: string): Promise<Became | null> {
  const path = new URL(upload, location.href).pathname;
  try {
    const answer = await fetch(`${path}/state`, { headers: { Accept: "application/json", "X-Background": "1" } });
    return answer.ok ? ((await answer.json()) as Became) : null;
  } catch {
    return null;
  }
}
