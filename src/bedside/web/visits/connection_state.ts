/**
 * The line on top that shows whether the page is connected to the clinic: “Connected” only while
 * the socket is open.
 */
type Shown = "trying" | "here" | "lost" | "lost in call";

export function startConnectionState(): void {
  const line = document.querySelector<HTMLElement>("[data-connection-state]");
  const bar = document.querySelector<HTMLElement>("[data-bar]");
  if (!line) return;
  const show = (shown: Shown): void => {
    line.hidden = false;
    line.dataset.shown = shown;
    bar?.classList.toggle("patient-bar-lost", shown.startsWith("lost"));
  };
  show("trying");
  document.addEventListener("bedside:connected", () => show("here"));
  document.addEventListener("bedside:connection-lost", () =>
    // Sound and pictures of a call do not need the clinic's server.
    show(document.querySelector("[data-call-place]") ? "lost in call" : "lost"),
  );
}
