/**
 * Encrypts what a browser keeps for one person (AES-256-GCM), with a key that only that person's pages
 * carry. A file is encrypted in pieces, each bound to its place in it, so that a large one never has
 * to be in memory as a whole.
 */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PIECE_BYTES = 1_048_576;
const SEALED_PIECE = NONCE_BYTES + PIECE_BYTES + TAG_BYTES;

type Bytes = Uint8Array<ArrayBuffer>;

export function bytesOf(hex: string): Bytes {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export class Encryption {
  private readonly key: Promise<CryptoKey>;

  constructor(hexKey: string) {
    // Browsers encrypt on pages over HTTPS only; elsewhere everything here rejects.
    this.key = Promise.resolve().then(() =>
      crypto.subtle.importKey("raw", bytesOf(hexKey), "AES-GCM", false, ["encrypt", "decrypt"]),
    );
    this.key.catch(() => undefined);
  }

  async sealed(plain: Bytes, place: string): Promise<Bytes> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = await crypto.subtle.encrypt(bound(nonce, place), await this.key, plain);
    const joined = new Uint8Array(NONCE_BYTES + sealed.byteLength);
    joined.set(nonce);
    joined.set(new Uint8Array(sealed), NONCE_BYTES);
    return joined;
  }

  /** Rejects for another person's, and for what was changed or moved to another place. */
  async opened(sealed: Bytes, place: string): Promise<Bytes> {
    const nonce = sealed.slice(0, NONCE_BYTES);
    const rest = sealed.slice(NONCE_BYTES);
    return new Uint8Array(await crypto.subtle.decrypt(bound(nonce, place), await this.key, rest));
  }

  async sealedFile(file: Blob, place: string): Promise<Blob> {
    const pieces: Bytes[] = [];
    const count = Math.ceil(file.size / PIECE_BYTES);
    for (let piece = 0; piece < count; piece += 1) {
      const part = file.slice(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
      pieces.push(await this.sealed(new Uint8Array(await part.arrayBuffer()), `${place}/${piece}/${count}`));
    }
    return new Blob(pieces);
  }

  async openedFile(sealed: Blob, place: string, type: string): Promise<Blob> {
    const pieces: Blob[] = [];
    const count = Math.ceil(sealed.size / SEALED_PIECE);
    for (let piece = 0; piece < count; piece += 1) {
      const part = sealed.slice(piece * SEALED_PIECE, (piece + 1) * SEALED_PIECE);
      const plain = await this.opened(new Uint8Array(await part.arrayBuffer()), `${place}/${piece}/${count}`);
      pieces.push(new Blob([plain]));
    }
    return new Blob(pieces, { type });
  }
}

function bound(nonce: Bytes, place: string): AesGcmParams {
  return { name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(place) };
}
