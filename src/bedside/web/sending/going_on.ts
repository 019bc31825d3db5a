/** On every other page of the app: what waits on this phone goes on, quietly. */
import { countOf } from "../uploading/own_files";
import { ownQueue } from "./own_queue";

export async function goOnSending(): Promise<void> {
  const owner = ownQueue();
  if (!owner || document.querySelector("[data-send]") || !(await countOf(owner.owner))) return;
  const { Queue } = await import("../uploading/queue");
  const nobody = { changed: () => undefined, arrived: () => undefined };
  await new Queue(owner.owner, owner.key, nobody).start();
}
