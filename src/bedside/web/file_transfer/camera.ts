/** The patient's camera for one still, as large as the camera delivers it. */

const QUALITY = 0.92;
const FRONT: MediaStreamConstraints = { video: { width: { ideal: 1920 }, height: { ideal: 1080 } } };

/** A camera that delivers a picture until it is closed. */
export interface Camera {
  readonly stream: MediaStream;
  /** As people see themselves: not if the camera faces away from them. */
  readonly isMirrored: boolean;
  close(): void;
}

/** The call's own video track; opening a camera a second time fails on many phones. */
function ownTrack(): MediaStreamTrack | null {
  const streams = [...document.querySelectorAll<HTMLVideoElement>("[data-own] video")].map((video) => video.srcObject);
  const tracks = streams.flatMap((stream) => (stream instanceof MediaStream ? stream.getVideoTracks() : []));
  return tracks.find((track) => track.enabled && track.readyState === "live") ?? null;
}

function cameraOf(stream: MediaStream, close: () => void): Camera {
  const facing = stream.getVideoTracks()[0]?.getSettings().facingMode;
  return { stream, isMirrored: facing !== "environment", close };
}

/** The camera of the call, or another; null if none may be used. */
export async function openCamera(): Promise<Camera | null> {
  const own = ownTrack();
  if (own) return cameraOf(new MediaStream([own]), () => undefined);
  try {
    const stream = await navigator.mediaDevices.getUserMedia(FRONT);
    return cameraOf(stream, () => {
      for (const track of stream.getTracks()) track.stop();
    });
  } catch {
    return null;
  }
}

/** A video's current picture, as a JPEG; null while it shows nothing. */
export async function stillOf(video: HTMLVideoElement): Promise<File | null> {
  if (video.videoWidth === 0) return null;
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob && new File([blob], "photo.jpg", { type: "image/jpeg" });
}
