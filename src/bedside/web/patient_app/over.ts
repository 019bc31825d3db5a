/**
 * Notifications that tell of nothing any more disappear: what they told of was read, here or elsewhere, or
 * the device is signed out. A push that only takes one away is not possible, because browsers want to
 * show something for each: so it happens when the app is looked at, and when the next one comes.
 */

/** What a notification keeps: the page that it opens, and its name for the server. */
export interface Kept {
  page: string;
  cause: string;
}

export function keptOf(given: unknown): Kept {
  const { page, cause } = (typeof given === "object" && given !== null ? given : {}) as Record<string, unknown>;
  return { page: typeof page === "string" ? page : "/app", cause: typeof cause === "string" ? cause : "" };
}

export async function closeOver(registration: ServiceWorkerRegistration): Promise<void> {
  const shown = await registration.getNotifications();
  const causes = shown.map(({ data }) => keptOf(data).cause).filter(Boolean);
  if (causes.length === 0) return;
  const answer = await fetch("/push/over", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ causes }),
  });
  if (!answer.ok) return;
  const { over } = (await answer.json()) as { over: string[] };
  for (const one of shown) if (over.includes(keptOf(one.data).cause)) one.close();
}
