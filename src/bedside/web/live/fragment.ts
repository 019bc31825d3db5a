/** Pieces of pages that the server renders for scripts. */

/** What the server renders at an address. Throws when it cannot be had now. */
export async function fragmentOf(address: string): Promise<DocumentFragment> {
  const answer = await fetch(address, { headers: { "HX-Request": "true", "X-Background": "1" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  return template.content;
}

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** An id as the server makes them (kernel/ids.py), so that what is sent twice is there once. */
export function newId(prefix: string): string {
  let body = "";
  let time = Date.now();
  for (let place = 0; place < 10; place += 1) {
    body = (ALPHABET[time % 32] ?? "0") + body;
    time = Math.floor(time / 32);
  }
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) body += ALPHABET[byte & 31] ?? "0";
  return `${prefix}_${body}`;
}
