/** Ids of what a page makes, so that what is sent twice is there once. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** An id as the server makes them (kernel/ids.py): ten letters of time, sixteen of chance. */
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
