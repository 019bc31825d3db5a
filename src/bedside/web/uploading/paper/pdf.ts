/**
 * A PDF whose pages are JPEG pictures (ISO 32000-1): each fills its page, whose longer side is that of
 * A4. Nothing else is in it: no name, no time, no program. The pictures stay where they are (a Blob of
 * Blobs), so that many pages do not have to fit into memory.
 */
export interface JpegPage {
  jpeg: Blob;
  width: number;
  height: number;
}

const A4_POINTS = 842;

export function pdfOf(pages: readonly JpegPage[]): Blob {
  const parts: (string | Blob)[] = [];
  const places: number[] = [];
  let size = 0;
  const add = (part: string | Blob): void => {
    parts.push(part);
    size += typeof part === "string" ? part.length : part.size;
  };
  const begin = (): void => {
    places.push(size);
    add(`${places.length} 0 obj\n`);
  };
  add("%PDF-1.4\n");
  begin();
  add("<< /Type /Catalog /Pages 2 0 R >>\nendobj\n");
  begin();
  add(
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, index) => `${3 + 3 * index} 0 R`).join(" ")}] >>\nendobj\n`,
  );
  for (const { jpeg, width, height } of pages) {
    const [wide, high] = points(width, height);
    const drawn = `${wide} 0 0 ${high} 0 0 cm /Page Do`;
    begin();
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${wide} ${high}] /Contents ${places.length + 1} 0 R ` +
        `/Resources << /XObject << /Page ${places.length + 2} 0 R >> >> >>\nendobj\n`,
    );
    begin();
    add(`<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream\nendobj\n`);
    begin();
    add(
      `<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB ` +
        `/BitsPerComponent 8 /Filter /DCTDecode /Length ${jpeg.size} >>\nstream\n`,
    );
    add(jpeg);
    add("\nendstream\nendobj\n");
  }
  const table = size;
  const rows = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  add(`xref\n0 ${places.length + 1}\n0000000000 65535 f \n${rows}`);
  add(`trailer\n<< /Size ${places.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`);
  return new Blob(parts, { type: "application/pdf" });
}

function points(width: number, height: number): [number, number] {
  const scale = A4_POINTS / Math.max(width, height);
  return [Math.round(width * scale * 100) / 100, Math.round(height * scale * 100) / 100];
}
