/**
 * The page after a call: the notes that go on being written, and what is pressed in the chart
 * beside them.
 */
import { fragmentOf } from "../live/fragment";

/** Posts a form of the whole window, as its buttons do. */
function post(action: string, fields: Record<string, string>): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}

/** Where the chart is not beside the page, a link to it leads there. */
function openInChart(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-in-chart]");
  const chart = document.querySelector<HTMLElement>(".after-call-chart");
  if (link && (!chart || chart.offsetParent === null)) link.removeAttribute("target");
}

/** `begin` brings a note to life. */
export function startAfterCall(begin: (note: HTMLElement) => void): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-note-of]")) {
    // Without a connection the link to the note stays.
    void fragmentOf(place.dataset.noteOf ?? "")
      .then((content) => {
        place.replaceChildren(content);
        const note = place.querySelector<HTMLElement>("[data-note]");
        if (note) begin(note);
      })
      .catch(() => undefined);
  }
  document.addEventListener("click", openInChart);
  document.addEventListener("bedside:start-call", (event) => {
    const { visit, leg } = (event as CustomEvent<{ visit: string; leg: string }>).detail;
    post(`/visits/${visit}/call`, { leg, mode: "video" });
  });
  document.addEventListener("bedside:next-patient", () => {
    document.querySelector<HTMLFormElement>("#next-patient")?.requestSubmit();
  });
}
