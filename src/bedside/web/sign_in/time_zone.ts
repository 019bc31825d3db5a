/** The time zone of this computer is most likely the clinic's. */
export function startTimeZone(): void {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of document.querySelectorAll<HTMLInputElement>("input[data-time-zone]")) {
    if (here && field.value === field.defaultValue && field.value === "UTC") field.value = here;
  }
}
