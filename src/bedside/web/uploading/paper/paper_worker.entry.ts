/** Works on the pixels of pages away from the page, so that a slow phone goes on answering. */
import { type Answer, answered, type Question } from "./work";

interface Background {
  addEventListener(type: "message", listener: (event: MessageEvent<Question & { id: number }>) => void): void;
  postMessage(answer: Answer & { id: number }, moved: Transferable[]): void;
}

const background = self as unknown as Background;

background.addEventListener("message", ({ data }) => {
  const answer = answered(data);
  background.postMessage({ id: data.id, ...answer }, answer.picture ? [answer.picture.data.buffer] : []);
});
