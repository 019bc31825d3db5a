/**
 * The capture time of a JPEG, from its EXIF part (CIPA DC-008, tags DateTimeOriginal and
 * OffsetTimeOriginal). A smaller copy has no EXIF part, and its time is sent beside it.
 */
const ORIGINAL_TIME = 0x9003;
const ORIGINAL_OFFSET = 0x9011;
const EXIF_PART = 0x8769;
const HEAD = 256 * 1024;

class Tiff {
  private readonly little: boolean;

  constructor(private readonly view: DataView) {
    this.little = view.getUint16(0) === 0x4949;
  }

  /** Entries of a directory: tag → place of its entry. */
  directory(at: number): Map<number, number> {
    const entries = new Map<number, number>();
    const count = this.view.getUint16(at, this.little);
    for (let index = 0; index < count; index++) {
      const entry = at + 2 + index * 12;
      entries.set(this.view.getUint16(entry, this.little), entry);
    }
    return entries;
  }

  number(entry: number): number {
    return this.view.getUint32(entry + 8, this.little);
  }

  text(entry: number): string {
    const length = this.view.getUint32(entry + 4, this.little);
    const at = length > 4 ? this.number(entry) : entry + 8;
    let text = "";
    for (let index = 0; index < Math.min(length, 40); index++) {
      const code = this.view.getUint8(at + index);
      if (!code) break;
      text += String.fromCharCode(code);
    }
    return text;
  }

  first(): number {
    return this.view.getUint32(4, this.little);
  }
}

/** The TIFF structure inside a JPEG's APP1 segment; null when there is none. */
function exifOf(view: DataView): DataView | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 10 < view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    const length = view.getUint16(at + 2);
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) {
      return new DataView(view.buffer, at + 10, Math.min(length - 8, view.byteLength - at - 10));
    }
    if (marker === 0xda) return null;
    at += 2 + length;
  }
  return null;
}

function moment(time: string, offset: string): number {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(time);
  if (!parts) return 0;
  const [, year, month, day, hour, minute, second] = parts;
  const zone = /^[+-]\d\d:\d\d$/.test(offset) ? offset : "";
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(at) ? 0 : at;
}

/** Milliseconds since the epoch, or 0 if the photo does not say. */
export async function captureTime(photo: Blob): Promise<number> {
  try {
    const exif = exifOf(new DataView(await photo.slice(0, HEAD).arrayBuffer()));
    if (!exif) return 0;
    const tiff = new Tiff(exif);
    const part = tiff.directory(tiff.first()).get(EXIF_PART);
    if (part === undefined) return 0;
    const entries = tiff.directory(tiff.number(part));
    const time = entries.get(ORIGINAL_TIME);
    const offset = entries.get(ORIGINAL_OFFSET);
    return time === undefined ? 0 : moment(tiff.text(time), offset === undefined ? "" : tiff.text(offset));
  } catch {
    return 0; // a nonsensical part
  }
}
