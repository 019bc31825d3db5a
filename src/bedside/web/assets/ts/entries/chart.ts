/** The chart of a patient: the viewer, the list that keeps itself current, uploads. */
import { startChoosing } from "../files/choosing";
import { followChart } from "../files/following";
import { startUploads } from "../files/upload_rows";
import { startViewer } from "../files/viewer";

const chart = document.querySelector<HTMLElement>("[data-chart]");
if (chart) {
  startViewer();
  startChoosing();
  startUploads(chart);
  followChart();
}
