/** What a declarative push says (https://webkit.org/blog/16535/), whatever came. */

export interface Notified {
  title: string;
  body: string;
  tag: string;
  /** A page of this site. */
  page: string;
  /** Where to report that it was shown, and by which name. */
  report: { address: string; cause: string } | null;
}

type Fields = Record<string, unknown>;

function fields(given: unknown): Fields {
  return typeof given === "object" && given !== null ? (given as Fields) : {};
}

function text(given: unknown): string {
  return typeof given === "string" ? given.trim() : "";
}

/** Returns the path of an address if it is one of this site. */
function here(address: unknown, origin: string): string {
  try {
    const { origin: its, pathname } = new URL(text(address), origin);
    return its === origin ? pathname : "";
  } catch {
    return "";
  }
}

function parsed(data: { json(): unknown } | null): Fields {
  try {
    return fields(fields(data?.json()).notification);
  } catch {
    return {};
  }
}

export function notified(data: { json(): unknown } | null, origin: string): Notified {
  const { title, body, tag, navigate, data: own } = parsed(data);
  const { shown, cause } = fields(own);
  const address = text(shown) ? here(shown, origin) : "";
  return {
    title: text(title) || "Bedside",
    body: text(body),
    tag: text(tag) || "bedside",
    page: (text(navigate) && here(navigate, origin)) || "/app",
    report: address && text(cause) ? { address, cause: text(cause) } : null,
  };
}
