/**
 * The camera behind a picture: photos for the clinic are taken from it, as large and sharp as it
 * delivers. Kept on the track itself, since the scripts of a page do not share their modules.
 */
const CAMERA = Symbol.for("bedside.camera");

type Made = MediaStreamTrack & { [CAMERA]?: MediaStreamTrack };

export function rememberCamera(picture: MediaStreamTrack, camera: MediaStreamTrack): void {
  (picture as Made)[CAMERA] = camera;
}

/** The camera of a picture that was made from one; else the track itself. */
export function cameraOf(picture: MediaStreamTrack): MediaStreamTrack {
  return (picture as Made)[CAMERA] ?? picture;
}
