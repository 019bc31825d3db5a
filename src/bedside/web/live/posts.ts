/**
 * Small posts: queued while there is no connection or nobody is signed in, and sent in order when
 * that is over. Those that wait survive the page (see uploading/kept_forms.ts).
 */
import { posted, sentenceOf } from "../components/answers";
import { newId } from "../components/ids";
import { toast } from "../components/toasts";
import { formShelf } from "./form_shelf";
import { whereToSignIn } from "./reached";

export type Done = (ok: boolean, sentence: string) => void;

interface Wanted {
  address: string;
  fields: Record<string, string>;
  done: Done;
}

interface Post extends Wanted {
  name: string;
  pressedAt: number;
  isKept: boolean;
}

const AGAIN_MS = 5_000;
/** Answers about the way to it, which pass: too many, and a proxy whose server starts again. */
const PASSING = [429, 502, 503, 504];

const waiting: Post[] = [];
let sending = false;
let timer: ReturnType<typeof setTimeout> | undefined;

async function send(post: Post): Promise<boolean> {
  if (await isSentElsewhere(post)) return true;
  let answer: Response;
  try {
    answer = await posted(post.address, post.fields);
  } catch {
    return false;
  }
  if (answer.status === 401 && formShelf()) {
    await keepWaiting();
    location.assign(whereToSignIn());
    return false;
  }
  if (PASSING.includes(answer.status)) {
    timer = setTimeout(() => void sendAll(), AGAIN_MS);
    return false;
  }
  if (post.isKept) await formShelf()?.forget(post.name);
  post.done(answer.ok, answer.ok ? "" : await sentenceOf(answer));
  return true;
}

async function keepWaiting(): Promise<void> {
  for (const post of waiting) {
    if (post.isKept) continue;
    post.isKept = true;
    const { name, pressedAt, address, fields } = post;
    await formShelf()?.keep({ name, pressedAt, address, fields: Object.entries(fields) });
  }
}

async function sendAll(): Promise<void> {
  if (sending) return;
  sending = true;
  clearTimeout(timer);
  while (waiting[0] && (await send(waiting[0]))) waiting.shift();
  sending = false;
  if (waiting.length > 0) await keepWaiting();
}

/** Whether another page, opened since, has taken it over and sent it. */
async function isSentElsewhere(post: Post): Promise<boolean> {
  return post.isKept && (await formShelf()?.get(post.name)) === null;
}

/** What a script wants to be posted. An event, because each script of a page has its own copy of this. */
const WANTED = "bedside:post";

/** Posts fields to an address; `done` is called with the server's answer. */
export function post(address: string, fields: Record<string, string>, done: Done): void {
  document.dispatchEvent(new CustomEvent<Wanted>(WANTED, { detail: { address, fields, done } }));
}

function take(event: Event): void {
  const { address, fields, done } = (event as CustomEvent<Wanted>).detail;
  waiting.push({ name: newId("post"), pressedAt: Date.now(), address, fields, done, isKept: false });
  void sendAll();
}

/** What was pressed on a page that is gone is sent from this one. */
async function goOn(): Promise<void> {
  for (const { name, pressedAt, address, fields } of (await formShelf()?.posts()) ?? []) {
    const done: Done = (ok, sentence) => {
      if (!ok) toast(sentence, "bad");
    };
    waiting.push({ name, pressedAt, address, fields: Object.fromEntries(fields), done, isKept: true });
  }
  void sendAll();
}

/** The page leads to the sign-in by itself once what is on its way, and will be refused, is kept. */
function onSignedOut(event: Event): void {
  if (waiting.length === 0 || event.defaultPrevented || !formShelf()) return;
  event.preventDefault();
  void keepWaiting().finally(() => location.assign(whereToSignIn()));
}

export function startPosts(): void {
  document.addEventListener(WANTED, take);
  document.addEventListener("bedside:signed-out", onSignedOut);
  document.addEventListener("bedside:connected", () => void sendAll());
  window.addEventListener("online", () => void sendAll());
  if (formShelf()) void goOn();
}
