/** SMART Health Links, as a receiver reads them (HL7 guide “SMART Health Cards and Links”, 1.0.0). */
import { toBytes } from "../components/encoding";

/** The version of the protocol that this page knows. */
const VERSION = 1;

export interface HealthLink {
  url: string;
  key: string;
  label: string;
  /** In seconds since 1970; 0 for none. */
  until: number;
  needsPasscode: boolean;
}

export type Unreadable = "unreadable" | "newer";

/** Some messengers write “:” as %3A. */
function decoded(hash: string): string {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

/** The link in the part of an address behind “#”; why not, for what is none. */
export function readLink(hash: string): HealthLink | Unreadable {
  const found = /shlink:\/([A-Za-z0-9_-]+)/.exec(decoded(hash));
  if (!found) return "unreadable";
  let payload: Record<string, unknown>;
  try {
    payload = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(toBytes(found[1] ?? "")));
  } catch {
    return "unreadable";
  }
  if (typeof payload.v === "number" && payload.v > VERSION) return "newer";
  if (typeof payload.url !== "string" || typeof payload.key !== "string") return "unreadable";
  const flag = typeof payload.flag === "string" ? payload.flag : "";
  return {
    url: payload.url,
    key: payload.key,
    label: typeof payload.label === "string" ? payload.label : "",
    until: typeof payload.exp === "number" ? payload.exp : 0,
    needsPasscode: flag.includes("P"),
  };
}

async function inflated(plain: ArrayBuffer): Promise<ArrayBuffer> {
  const raw = new Blob([plain]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(raw).arrayBuffer();
}

/** The plain bytes of a compact JWE with `dir` and A256GCM. Throws when the key does not fit. */
export async function decrypt(jwe: string, key: string): Promise<ArrayBuffer> {
  const [head = "", , nonce = "", sealed = "", tag = ""] = jwe.trim().split(".");
  const header = JSON.parse(new TextDecoder().decode(toBytes(head)));
  if (header.alg !== "dir" || header.enc !== "A256GCM") throw new Error("another encryption");
  const opener = await crypto.subtle.importKey("raw", toBytes(key), "AES-GCM", false, ["decrypt"]);
  const parts = [toBytes(sealed), toBytes(tag)] as const;
  const both = new Uint8Array(parts[0].length + parts[1].length);
  both.set(parts[0]);
  both.set(parts[1], parts[0].length);
  const how = { name: "AES-GCM", iv: toBytes(nonce), additionalData: new TextEncoder().encode(head) };
  const plain = await crypto.subtle.decrypt(how, opener, both);
  return header.zip === "DEF" ? inflated(plain) : plain;
}

export interface SharedFile {
  name: string;
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

interface Resource {
  resourceType?: string;
  entry?: { resource?: Resource }[];
  content?: { attachment?: { data?: string; title?: string; contentType?: string } }[];
}

/** The files of a FHIR resource: the attachments of its documents. */
export function filesIn(resource: Resource): SharedFile[] {
  if (resource.resourceType === "Bundle") {
    return (resource.entry ?? []).flatMap((entry) => (entry.resource ? filesIn(entry.resource) : []));
  }
  if (resource.resourceType !== "DocumentReference") return [];
  return (resource.content ?? []).flatMap(({ attachment }) => {
    if (typeof attachment?.data !== "string") return [];
    const type = typeof attachment.contentType === "string" ? attachment.contentType : "";
    return [{ name: String(attachment.title ?? ""), type, bytes: toBytes(attachment.data) }];
  });
}
