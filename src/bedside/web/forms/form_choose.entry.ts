/** “Send a form”: a PDF of the chart is chosen like every file of a patient. */
import { FilePicker } from "../live/file_picker";

const root = document.querySelector<HTMLElement>("[data-form-chart]");
const picker = root?.querySelector<HTMLElement>("[data-file-picker]");
if (root && picker) {
  new FilePicker(picker, {
    picked: ([one]) => {
      if (one) location.assign(`${root.dataset.formChart ?? ""}?entry=${one.id}`);
    },
  });
}
