/** Writing a letter: the editor, and files of the chart that go along. */
import { FilePicker } from "../live/file_picker";
import "../rich_text/rich_text.entry";

const form = document.querySelector<HTMLFormElement>("[data-letter-files]");
const picker = document.querySelector<HTMLElement>("#files [data-file-picker]");
if (form && picker) {
  new FilePicker(picker, {
    picked: (entries) => {
      form.replaceChildren(
        ...entries.map((one) => {
          const field = document.createElement("input");
          field.type = "hidden";
          field.name = "entry";
          field.value = one.id;
          return field;
        }),
      );
      form.requestSubmit();
    },
  });
}
