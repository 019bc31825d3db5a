/** What this phone keeps of photo requests (IndexedDB), each by its request. */
import type { ShelfForm } from "../uploading/shelf";

export const PHOTOS: ShelfForm = { database: "bedside-photos", store: "photos", key: "id", index: "request" };
export const AGREEMENTS: ShelfForm = { database: "bedside-agreements", store: "agreements", key: "request" };
export const ERRANDS: ShelfForm = { database: "bedside-errands", store: "errands", key: "id", index: "request" };
export const WORDS: ShelfForm = { database: "bedside-words", store: "words", key: "id", index: "request" };
export const REQUESTS: ShelfForm = { database: "bedside-requests", store: "requests", key: "request" };
