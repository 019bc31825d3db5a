/**
 * What a browser keeps (IndexedDB): one database with one object store, at version 1 for ever, so
 * that an older page that is still open never blocks a newer one, and what any version has kept is
 * found by all later ones. Everything here rejects where the browser keeps nothing, or has no room.
 */
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
    return this.inStore<T | undefined>("readonly", (store) => store.get(key));
  }

  all(): Promise<T[]> {
    return this.inStore<T[]>("readonly", (store) => store.getAll());
  }

  /** Those whose indexed property has this value. */
  where(value: string): Promise<T[]> {
    return this.inStore<T[]>("readonly", (store) => store.index(this.form.index ?? "").getAll(value));
  }

  /** Keeps a thing in place of the one with its key; resolves when it would survive the page. */
  async put(thing: T): Promise<void> {
    await this.inStore("readwrite", (store) => store.put(thing));
  }

  async remove(key: string): Promise<void> {
    await this.inStore("readwrite", (store) => store.delete(key));
  }

  async clear(): Promise<void> {
    await this.inStore("readwrite", (store) => store.clear());
  }

  /** Opened for each act: a phone that sleeps may close a database that stays open. */
  private async inStore<R>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<R>): Promise<R> {
    const database = await this.opened();
    try {
      return await new Promise<R>((resolve, reject) => {
        const transaction = database.transaction(this.form.store, mode);
        const request = act(transaction.objectStore(this.form.store));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB"));
      });
    } finally {
      database.close();
    }
  }

  private opened(): Promise<IDBDatabase> {
    const { database, store, key, index } = this.form;
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(database, 1);
      request.onupgradeneeded = () => {
        const made = request.result.createObjectStore(store, { keyPath: key });
        if (index) made.createIndex(index, index);
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error("IndexedDB"));
    });
  }
}
