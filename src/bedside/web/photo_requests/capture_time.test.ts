import assert from "node:assert/strict";
import { test } from "node:test";
import { captureTime } from "./capture_time";

const ORIGINAL_TIME = 0x9003;
const ORIGINAL_OFFSET = 0x9011;

/** A directory of TIFF with these entries (tag, type, count, value), at `at`. */
function directory(view: DataView, at: number, entries: readonly (readonly number[])[], little: boolean): void {
  view.setUint16(at, entries.length, little);
  entries.forEach(([tag = 0, type = 0, count = 0, value = 0], index) => {
    const place = at + 2 + index * 12;
    view.setUint16(place, tag, little);
    view.setUint16(place + 2, type, little);
    view.setUint32(place + 4, count, little);
    view.setUint32(place + 8, value, little);
  });
}

/** As much of a JPEG as says when it was taken. */
function jpeg(time: string, offset = "", little = true): Blob {
  const bytes = new Uint8Array(200);
  const start = [0xff, 0xd8, 0xff, 0xe0, 0x00, 0x04, 0x00, 0x00, 0xff, 0xe1, 0x00, 0xb0, 0x45, 0x78, 0x69, 0x66, 0, 0];
  bytes.set(start);
  const tiff = new DataView(bytes.buffer, start.length);
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
  tiff.setUint16(2, 42, little);
  tiff.setUint32(4, 8, little);
  directory(tiff, 8, [[0x8769, 4, 1, 26]], little);
  const entries = [[ORIGINAL_TIME, 2, 20, 80], ...(offset ? [[ORIGINAL_OFFSET, 2, 7, 110]] : [])];
  directory(tiff, 26, entries, little);
  bytes.set(new TextEncoder().encode(time), start.length + 80);
  bytes.set(new TextEncoder().encode(offset), start.length + 110);
  return new Blob([bytes]);
}

test("a photo says when it was taken, in both orders of bytes", async () => {
  const wanted = Date.parse("2026-03-01T14:05:09+02:00");
  for (const little of [true, false])
    assert.equal(await captureTime(jpeg("2026:03:01 14:05:09", "+02:00", little)), wanted);
});

test("without a zone it is the time of the device", async () => {
  assert.equal(await captureTime(jpeg("2026:03:01 14:05:09")), Date.parse("2026-03-01T14:05:09"));
});

test("what says nothing, or nonsense, has no time", async () => {
  for (const time of ["", "0000:00:00 00:00:00", "2026:13:01 14:05:09", "yesterday"])
    assert.equal(await captureTime(jpeg(time)), 0);
  const whole = new Uint8Array(await jpeg("2026:03:01 14:05:09").arrayBuffer());
  for (let length = 0; length < 117; length += 1)
    assert.equal(await captureTime(new Blob([whole.slice(0, length)])), 0);
  assert.equal(await captureTime(new Blob([new Uint8Array(400).fill(0xff)])), 0);
  assert.equal(await captureTime(new Blob(["%PDF-1.7"])), 0);
});
