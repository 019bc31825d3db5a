/**
 * Words that are typed and not saved yet, stored on the phone with every keystroke. Whoever opens
 * the link again finds them in their field.
 */
import { Shelf } from "../uploading/shelf";
import { WORDS } from "./shelves";

interface Typed {
  /** The request's id and the photo's name. */
  id: string;
  request: string;
  photo: string;
  text: string;
}

export class Words {
  private readonly shelf = new Shelf<Typed>(WORDS);

  constructor(private readonly request: string) {}

  /** What was typed about each photo, by its name. */
  async all(): Promise<Map<string, string>> {
    const stored = await this.shelf.where(this.request).catch(() => []);
    return new Map(stored.map((typed) => [typed.photo, typed.text]));
  }

  async keep(photo: string, text: string): Promise<void> {
    const typed = { id: `${this.request}/${photo}`, request: this.request, photo, text };
    await this.shelf.put(typed).catch(() => undefined); // without room the page itself has them
  }

  /** They are saved, or their photo is gone; a photo may have several names. */
  async forget(...photos: string[]): Promise<void> {
    for (const photo of photos) {
      if (photo) await this.shelf.remove(`${this.request}/${photo}`).catch(() => undefined);
    }
  }
}
