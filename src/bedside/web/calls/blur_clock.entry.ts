/** A worker that only tells the time: timers of pages that are not shown run once a second. */
addEventListener("message", (event: MessageEvent<number>) => {
  setInterval(() => postMessage(null), event.data);
});
