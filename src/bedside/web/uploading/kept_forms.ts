/**
 * What staff typed or pressed and the server does not have yet, kept in the browser (IndexedDB) so
 * that a lost network, a reload or the end of a session loses none of it. It is encrypted with a
 * key that only the pages of the same signed-in person carry: whoever uses the computer next
 * cannot read it. It is deleted when it is saved, when its owner signs out, and after a day.
 */
import type { Fields } from "../components/typed";
import { bytesOf } from "./encrypting";
import { Shelf } from "./shelf";

const DAY_MS = 86_400_000;
const NONCE_BYTES = 12;

/** A form, or a small post that waits (with the address it goes to). */
export interface KeptForm {
  /** Which form of its owner: the address it is posted to. */
  name: string;
  fields: Fields;
  /** When its button was pressed, in milliseconds; 0 for a draft. */
  pressedAt: number;
  /** Name and value of that button, if it has any. */
  button?: [name: string, value: string];
  /** Where a small post goes; "" for a form of a page. */
  address: string;
}

interface Sealed {
  id: string;
  owner: string;
  keptAt: number;
  pressed: boolean;
  nonce: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

const shelf = new Shelf<Sealed>({ database: "bedside-forms", store: "forms", key: "id" });

/** The forms of one person in this browser. */
export class FormShelf {
  private readonly key: Promise<CryptoKey>;
  /** One act after the other: what is forgotten must not be kept by an act that began earlier. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly owner: string,
    hexKey: string,
  ) {
    // Browsers encrypt on pages over HTTPS only; elsewhere every act below keeps nothing.
    this.key = Promise.resolve().then(() =>
      crypto.subtle.importKey("raw", bytesOf(hexKey), "AES-GCM", false, ["encrypt", "decrypt"]),
    );
    this.key.catch(() => undefined);
  }

  /** Keeps a form in place of the one with its name; false if the browser keeps nothing. */
  keep(form: KeptForm): Promise<boolean> {
    return this.inTurn(false, async () => {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const plain = new TextEncoder().encode(JSON.stringify(form));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await this.key, plain);
      const pressed = form.pressedAt > 0;
      await shelf.put({ id: this.id(form.name), owner: this.owner, keptAt: Date.now(), pressed, nonce, sealed });
      return true;
    });
  }

  forget(name: string): Promise<boolean> {
    return this.inTurn(false, async () => {
      await shelf.remove(this.id(name));
      return true;
    });
  }

  get(name: string): Promise<KeptForm | null> {
    return this.inTurn(null, async () => {
      const found = await shelf.get(this.id(name));
      return found ? this.opened(found) : null;
    });
  }

  /** The small posts that wait, in the order in which they were pressed. */
  posts(): Promise<KeptForm[]> {
    return this.inTurn([], async () => {
      const mine = (await fresh()).filter((one) => one.owner === this.owner);
      const opened = await Promise.all(mine.map((one) => this.opened(one)));
      return opened
        .filter((one): one is KeptForm => one !== null && one.address !== "")
        .sort((one, other) => one.pressedAt - other.pressedAt);
    });
  }

  private id(name: string): string {
    return `${this.owner} ${name}`;
  }

  private async opened(one: Sealed): Promise<KeptForm | null> {
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: one.nonce }, await this.key, one.sealed);
      return JSON.parse(new TextDecoder().decode(plain)) as KeptForm;
    } catch {
      return null; // the clinic's keys were changed since
    }
  }

  private inTurn<T>(otherwise: T, act: () => Promise<T>): Promise<T> {
    const done = this.last.then(act).catch(() => otherwise);
    this.last = done;
    return done;
  }
}

/** What is not older than a day; the rest is deleted. */
async function fresh(): Promise<Sealed[]> {
  const all = await shelf.all();
  const tooOld = all.filter((one) => Date.now() - one.keptAt > DAY_MS);
  await Promise.all(tooOld.map((one) => shelf.remove(one.id)));
  return all.filter((one) => !tooOld.includes(one));
}

/** Whether something waits here for its owner to sign in: "pressed" to be saved, or a "draft". */
export async function whatWaits(): Promise<"pressed" | "draft" | ""> {
  const all = await fresh().catch(() => []);
  if (all.some((one) => one.pressed)) return "pressed";
  return all.length > 0 ? "draft" : "";
}

export async function forgetForms(): Promise<void> {
  await shelf.clear().catch(() => undefined);
}
