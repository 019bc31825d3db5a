/** Numbers with units as the language of the page writes them: “2.1 MB”, “2,1 Mo”, “64 %”. */
const MEGA = 1_000_000;
const KILO = 1_000;

function formatted(amount: number, options: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(document.documentElement.lang || "en", options).format(amount);
}

/** Bytes in the unit that fits, which stays with its number on a narrow screen. */
export function sizeInWords(bytes: number): string {
  const [unit, amount, digits] =
    bytes < MEGA ? (["kilobyte", bytes / KILO, 0] as const) : (["megabyte", bytes / MEGA, 1] as const);
  const written = formatted(amount, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits });
  return written.replaceAll(" ", "\u00a0");
}

/** A number with one decimal, as the first of two with one unit. */
export function oneDecimal(amount: number): string {
  return formatted(amount, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** How many megabytes some bytes are, without the unit. */
export function megabytes(bytes: number): string {
  return oneDecimal(bytes / MEGA);
}

/** A part of one hundred. */
export function percent(hundredths: number): string {
  return formatted(hundredths / 100, { style: "percent", maximumFractionDigits: 0 });
}
