/**
 * What a browser keeps (IndexedDB, by `idb`): one database with one object store, at version 1 for
 * ever, so that an older page that is still open never blocks a newer one, and what any version has
 * kept is found by all later ones. Everything here rejects where the browser keeps nothing, or has
 * no room.
 */
import { type IDBPDatabase, openDB } from "idb";

export interface ShelfForm {
  database: string;
  store: string;
  /** The property that tells one thing from another. */
  key: string;
  /** A property to look for, if there is one. */
  index?: string;
}

export class Shelf<T> {
  constructor(private readonly form: ShelfForm) {}

  get(key: string): Promise<T | undefined> {
    return this.during((database) => database.get(this.form.store, key));
  }

  all(): Promise<T[]> {
    return this.during((database) => database.getAll(this.form.store));
  }

  /** Those whose indexed property has this value. */
  where(value: string): Promise<T[]> {
    return this.during((database) => database.getAllFromIndex(this.form.store, this.form.index ?? "", value));
  }

  /** Keeps a thing in place of the one with its key; resolves when it would survive the page. */
  async put(thing: T): Promise<void> {
    await this.during((database) => database.put(this.form.store, thing));
  }

  async remove(key: string): Promise<void> {
    await this.during((database) => database.delete(this.form.store, key));
  }

  async clear(): Promise<void> {
    await this.during((database) => database.clear(this.form.store));
  }

  /** Opened for each act: a phone that sleeps may close a database that stays open. */
  private async during<R>(act: (database: IDBPDatabase) => Promise<R>): Promise<R> {
    const { database: name, store, key, index } = this.form;
    const database = await openDB(name, 1, {
      upgrade(made) {
        const shelf = made.createObjectStore(store, { keyPath: key });
        if (index) shelf.createIndex(index, index);
      },
    });
    try {
      return await act(database);
    } finally {
      database.close();
    }
  }
}
