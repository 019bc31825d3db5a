// A server of the package ws that gives whatever is posted to it to every open socket, as in the
// package's own example of a broadcast. It answers with the moment at which it began, in nanoseconds
// of the machine's monotonic clock. Argument: port.
import { createServer } from "node:http";
import { WebSocket, WebSocketServer } from "ws";

const server = createServer((request, response) => {
  let message = "";
  request.setEncoding("utf8");
  request.on("data", (part) => (message += part));
  request.on("end", () => {
    const began = process.hrtime.bigint();
    for (const client of sockets.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(message, { binary: false });
    }
    response.end(String(began));
  });
});
const sockets = new WebSocketServer({ server });
server.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 2048 });
