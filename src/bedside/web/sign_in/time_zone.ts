/** The time zone of this computer is most likely that of the clinic. */
export function startTimeZone(): void {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of document.querySelectorAll<HTMLInputElement>("input[data-time-zone]")) {
    if (here && field.value === field.defaultValue && field.value === "UTC") field.value = here;
  }
}
