/** What a push says, whatever came: browsers end subscriptions whose pushes show nothing. */

export interface Pushed {
  title: string;
  body: string;
  /** A page of this very site, such as “/rooms/rom_…” */
  path: string;
}

const WITHOUT_WORDS: Pushed = { title: "Bedside", body: "Something is new. Open Bedside to see it.", path: "/" };

function parsed(data: { json(): unknown } | null): Record<string, unknown> {
  try {
    const given = data?.json();
    return typeof given === "object" && given !== null ? (given as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isPage(path: unknown): path is string {
  return typeof path === "string" && /^\/(?![/\\])/.test(path);
}

export function pushed(data: { json(): unknown } | null): Pushed {
  const { title, body, path } = parsed(data);
  const hasTitle = typeof title === "string" && title.trim() !== "";
  const hasBody = typeof body === "string" && body.trim() !== "";
  return {
    title: hasTitle ? title : WITHOUT_WORDS.title,
    body: hasBody ? body : hasTitle ? "" : WITHOUT_WORDS.body,
    path: isPage(path) ? path : WITHOUT_WORDS.path,
  };
}
