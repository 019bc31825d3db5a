/**
 * Small posts: queued while there is no connection, and sent in order when it is back. They live as
 * long as the page; what must survive it (files) is stored elsewhere.
 */
import { posted, sentenceOf } from "../components/answers";

interface Post {
  address: string;
  fields: Record<string, string>;
  done: (ok: boolean, sentence: string) => void;
}

const waiting: Post[] = [];
let sending = false;

async function send(post: Post): Promise<boolean> {
  let answer: Response;
  try {
    answer = await posted(post.address, post.fields);
  } catch {
    return false;
  }
  post.done(answer.ok, answer.ok ? "" : await sentenceOf(answer));
  return true;
}

async function sendAll(): Promise<void> {
  if (sending) return;
  sending = true;
  while (waiting[0] && (await send(waiting[0]))) waiting.shift();
  sending = false;
}

/** Posts fields to an address; `done` is called with the server's answer. */
export function post(address: string, fields: Record<string, string>, done: Post["done"]): void {
  waiting.push({ address, fields, done });
  void sendAll();
}

export function startPosts(): void {
  document.addEventListener("bedside:connected", () => void sendAll());
  window.addEventListener("online", () => void sendAll());
}
