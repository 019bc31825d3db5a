/** The chart of a patient: the viewer, the list that keeps itself current, uploads. */
import { startChoosing } from "./choosing";
import { followChart } from "./following";
import { startUploads } from "./upload_rows";
import { startViewer } from "./viewer";

const chart = document.querySelector<HTMLElement>("[data-chart]");
if (chart) {
  startViewer();
  startChoosing();
  startUploads(chart);
  followChart();
}
