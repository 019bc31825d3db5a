import assert from "node:assert/strict";
import { test } from "node:test";
import { rememberCamera } from "../media/raw_camera";
import { openCamera } from "./camera";

class Stream {
  constructor(private readonly tracks: MediaStreamTrack[]) {}
  getVideoTracks(): MediaStreamTrack[] {
    return this.tracks;
  }
}

function track(readyState = "live"): MediaStreamTrack {
  return { enabled: true, readyState, getSettings: () => ({ facingMode: "user" }) } as unknown as MediaStreamTrack;
}

/** Lets the call show this picture of the patient, or none. */
function shows(picture: MediaStreamTrack | null): void {
  const srcObject = picture && new Stream([picture]);
  Object.assign(globalThis, { MediaStream: Stream, document: { querySelectorAll: () => [{ srcObject }] } });
}

test("a photo is taken with the call's own camera", async () => {
  const camera = track();
  shows(camera);
  const opened = await openCamera();
  assert.equal(opened?.track, camera);
  assert.equal(opened?.isOfCall, true);
});

test("a photo is taken with the camera itself while others see a blurred room", async () => {
  const [camera, picture] = [track(), track()];
  rememberCamera(picture, camera);
  shows(picture);
  assert.equal((await openCamera())?.track, camera);
});

test("a camera that has ended behind its picture is not taken", async () => {
  const picture = track();
  rememberCamera(picture, track("ended"));
  shows(picture);
  assert.equal(await openCamera(), null);
});
