/** The chart of a patient: the viewer, the list that keeps itself current, uploads. */
import { startFiltering } from "./filtering";
import { followChart } from "./following";
import { startUploads } from "./upload_rows";
import { startViewer } from "./viewer";

const chart = document.querySelector<HTMLElement>("[data-chart]");
if (chart) {
  startViewer();
  startUploads(chart);
  followChart();
  startFiltering();
}
