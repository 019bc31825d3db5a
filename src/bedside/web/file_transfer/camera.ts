/**
 * The patient's camera for one still, as large as the camera delivers it. In a call it is the
 * call's own: many phones open one at a time only.
 */

import { oneDecimal } from "../components/sizes";
import { cameraOf as cameraBehind } from "../media/raw_camera";

const QUALITY = 0.92;
const AIM: MediaStreamConstraints = {
  video: { width: { ideal: 1920 }, height: { ideal: 1080 }, facingMode: "environment" },
};
/** More than any phone's: the browser takes the largest that there is. */
const LARGEST: MediaTrackConstraints = { width: { ideal: 8000 }, height: { ideal: 6000 } };
/** How long a camera may take to deliver its first picture, or its first large one. */
const WITHIN_MS = 2_000;
const MILLION = 1_000_000;

/** A camera that delivers a picture until it is closed. */
export interface Camera {
  readonly track: MediaStreamTrack;
  /** As people see themselves: not if the camera faces away from them. */
  readonly isMirrored: boolean;
  /** It belongs to the call, which goes on with it. */
  readonly isOfCall: boolean;
  close(): void;
}

/** The call's own camera, and not the picture with the blurred room that others see of it. */
function ownTrack(): MediaStreamTrack | null {
  const streams = [...document.querySelectorAll<HTMLVideoElement>("[data-own] video")].map((video) => video.srcObject);
  const tracks = streams
    .flatMap((stream) => (stream instanceof MediaStream ? stream.getVideoTracks() : []))
    .filter((track) => track.enabled)
    .map(cameraBehind);
  return tracks.find((track) => track.enabled && track.readyState === "live") ?? null;
}

/** Whether the call shows this camera now. */
export function isOn(): boolean {
  return ownTrack() !== null;
}

function cameraOf(track: MediaStreamTrack, isOfCall: boolean): Camera {
  const close = (): void => {
    if (!isOfCall) track.stop();
  };
  return { track, isMirrored: facingOf(track) === "user", isOfCall, close };
}

/** “user”, “environment”; “user” for a camera that does not say. */
export function facingOf(track: MediaStreamTrack): string {
  return track.getSettings().facingMode || "user";
}

/** The camera of the call, or another; null if none may be used. */
export async function openCamera(): Promise<Camera | null> {
  const own = ownTrack();
  if (own) return cameraOf(own, true);
  try {
    const [track] = (await navigator.mediaDevices.getUserMedia(AIM)).getVideoTracks();
    return track ? cameraOf(track, false) : null;
  } catch {
    return null;
  }
}

interface Size {
  width: number;
  height: number;
}

/** Millions of pixels of a picture, with one decimal. */
export function megapixels({ width, height }: Size): string {
  return oneDecimal((width * height) / MILLION);
}

export interface Still extends Size {
  file: File;
}

/**
 * The current picture as a JPEG: the camera's photo where the browser can take one, else its
 * largest video picture. Null while the camera shows nothing.
 */
export async function stillOf(video: HTMLVideoElement, track: MediaStreamTrack): Promise<Still | null> {
  await until(() => video.videoWidth > 0); // pressed before the camera has shown anything
  if (video.videoWidth === 0) return null;
  const photo = await photoOf(track);
  const picture = await largestPictureOf(video, track);
  return photo && picture ? larger(photo, picture) : (photo ?? picture);
}

function larger(one: Still, other: Still): Still {
  return one.width * one.height >= other.width * other.height ? one : other;
}

interface Capturing {
  takePhoto(): Promise<Blob>;
}

/** What the camera takes as a photo, beside the video that goes on; null where it cannot. */
async function photoOf(track: MediaStreamTrack): Promise<Still | null> {
  const Capture = (window as { ImageCapture?: new (track: MediaStreamTrack) => Capturing }).ImageCapture;
  if (!Capture) return null;
  try {
    const blob = await new Capture(track).takePhoto();
    const picture = await createImageBitmap(blob);
    if (blob.type !== "image/jpeg") return await drawn(picture, picture);
    return { file: jpeg(blob), width: picture.width, height: picture.height };
  } catch {
    return null; // some cameras only claim that they can
  }
}

async function largestPictureOf(video: HTMLVideoElement, track: MediaStreamTrack): Promise<Still | null> {
  const usual = track.getConstraints();
  const isLarger = await track.applyConstraints(LARGEST).then(
    () => true,
    () => false,
  );
  if (isLarger) await largerPicture(video, track);
  const still = await drawn(video, { width: video.videoWidth, height: video.videoHeight });
  if (isLarger) await track.applyConstraints(usual).catch(() => undefined);
  return still;
}

/** Resolves when the video shows what the camera was asked for. */
async function largerPicture(video: HTMLVideoElement, track: MediaStreamTrack): Promise<void> {
  const { width = 0, height = 0 } = track.getSettings();
  await until(() => video.videoWidth * video.videoHeight >= width * height);
}

/** Waits for a picture, as long as a camera may take. */
async function until(isThere: () => boolean): Promise<void> {
  const last = performance.now() + WITHIN_MS;
  while (!isThere() && performance.now() < last) await new Promise((resolve) => requestAnimationFrame(resolve));
}

async function drawn(picture: CanvasImageSource, { width, height }: Size): Promise<Still | null> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob && { file: jpeg(blob), width, height };
}

function jpeg(blob: Blob): File {
  return new File([blob], "photo.jpg", { type: "image/jpeg" });
}
