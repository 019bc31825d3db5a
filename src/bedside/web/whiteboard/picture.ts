/** The whiteboard as a picture, for the chart. */
import { COLOURS, type Drawn, fitted, HEIGHT, LETTERS, pathOf, THIN, WIDE, WIDTH } from "./marks";

/** A PNG of the board, with the picture at the address `ground` under it; null if the browser cannot draw. */
export async function pictureOf(drawn: Iterable<Drawn>, ground = ""): Promise<Blob | null> {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  if (ground) {
    const under = Object.assign(new Image(), { src: ground });
    await under.decode();
    context.drawImage(under, ...fitted(under.naturalWidth, under.naturalHeight));
  }
  context.lineCap = context.lineJoin = "round";
  context.font = `600 ${LETTERS}px system-ui, sans-serif`;
  for (const { mark } of drawn) {
    if (mark.kind === "line") {
      context.strokeStyle = COLOURS[mark.ink];
      context.lineWidth = mark.wide ? WIDE : THIN;
      context.stroke(new Path2D(pathOf(mark.points)));
    } else if (mark.kind === "words") {
      context.fillStyle = COLOURS[mark.ink];
      context.fillText(mark.words, ...mark.at);
    }
  }
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
