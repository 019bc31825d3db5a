/** What was typed into a form: read, compared with what the page came with, and put back. */

export type Fields = [name: string, value: string][];

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Kinds of inputs whose content is never read: secrets, words of a search, files, buttons. */
const NEVER = ["password", "search", "file", "submit", "button", "image", "reset", "hidden"];
/** Hidden fields that say which state of a thing was changed, or which sending this is. */
const GOES_ALONG = "input[type=hidden][name=version], input[type=hidden][data-goes-along]";

function isControl(element: Element): element is Control {
  const { HTMLInputElement: Input, HTMLTextAreaElement: Area, HTMLSelectElement: Select } = window;
  return element instanceof Input || element instanceof Area || element instanceof Select;
}

function isTicked(control: Control): control is HTMLInputElement {
  return control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio");
}

function holdsSecret(control: Control): boolean {
  const isSecret = control.type === "password" || "secret" in control.dataset;
  return isSecret || control.autocomplete === "one-time-code";
}

/** The fields that a person fills in; none of a form that asks for a password or a code. */
export function typedControls(form: HTMLFormElement): Control[] {
  const all = [...form.elements].filter(isControl);
  if (all.some(holdsSecret)) return [];
  return all.filter((control) => control.name !== "" && !NEVER.includes(control.type));
}

function isChanged(control: Control): boolean {
  if (isTicked(control)) return control.checked !== control.defaultChecked;
  if (control instanceof HTMLSelectElement) {
    const first = [...control.options].findIndex((option) => option.defaultSelected);
    return control.selectedIndex !== Math.max(0, first);
  }
  return control.value !== control.defaultValue;
}

export function isDirty(form: HTMLFormElement): boolean {
  return typedControls(form).some(isChanged);
}

/**
 * What was changed (or `all`), and what goes along with it. The other fields stay as the server has
 * them: a colleague may have changed them when this is put back.
 */
export function typedIn(form: HTMLFormElement, all = false): Fields {
  const controls = typedControls(form);
  const changed = new Set(controls.filter((control) => all || isChanged(control)).map((control) => control.name));
  const along = [...form.elements].filter(isControl).filter((one) => one.matches(GOES_ALONG));
  const shown = controls.filter((control) => changed.has(control.name));
  const values = shown.map((one): [string, string] => [one.name, isTicked(one) && !one.checked ? "" : one.value]);
  return [...values, ...along.map((one): [string, string] => [one.name, one.value])];
}

/** Puts typed fields back; returns whether that changed anything that is displayed. */
export function putBack(form: HTMLFormElement, fields: Fields): boolean {
  let isOther = false;
  for (const name of new Set(fields.map(([one]) => one))) {
    const values = fields.filter(([one]) => one === name).map(([, value]) => value);
    // A preview carries in hidden fields what was chosen: one value where the form had many boxes.
    const controls = [...form.elements]
      .filter(isControl)
      .filter((control) => control.name === name && (control.type !== "hidden" || control.matches(GOES_ALONG)));
    controls.forEach((control, index) => {
      const value = values[index];
      if (value === undefined) return;
      if (isTicked(control)) {
        isOther ||= control.checked !== (value !== "");
        control.checked = value !== "";
      } else {
        isOther ||= control.type !== "hidden" && control.value !== value;
        control.value = value;
        control.dispatchEvent(new Event("bedside:put-back")); // for an editor that shows it
      }
    });
  }
  return isOther;
}
