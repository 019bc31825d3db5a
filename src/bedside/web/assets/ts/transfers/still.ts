/** One still from the patient's camera, as large as the camera gives it. */

const QUALITY = 0.92;
const FRONT: MediaStreamConstraints = { video: { width: { ideal: 1920 }, height: { ideal: 1080 } } };

/** The picture that the call shows of oneself; a second opening of a camera fails on many phones. */
function ownPicture(): HTMLVideoElement | null {
  const shown = [...document.querySelectorAll<HTMLVideoElement>("[data-own] video")];
  return shown.find((video) => video.videoWidth > 0 && hasPicture(video)) ?? null;
}

function hasPicture(video: HTMLVideoElement): boolean {
  const stream = video.srcObject;
  return stream instanceof MediaStream && stream.getVideoTracks().some((track) => track.enabled && track.readyState === "live");
}

async function drawn(video: HTMLVideoElement): Promise<File | null> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob && new File([blob], "photo.jpg", { type: "image/jpeg" });
}

/** A JPEG, or null where there is no camera. */
export async function takeStill(): Promise<File | null> {
  const shown = ownPicture();
  if (shown) return drawn(shown);
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia(FRONT);
  } catch {
    return null;
  }
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  try {
    await video.play();
    return await drawn(video);
  } catch {
    return null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
