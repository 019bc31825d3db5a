/** What goes between two browsers: three transceivers in a fixed order, made once. */

/** What this page sends; null is silence or darkness, which needs no new negotiation. */
export interface Tracks {
  audio: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
}

/** What arrives from one connection: microphone and camera together, the shared screen by itself. */
export interface Received {
  readonly camera: MediaStream;
  readonly screen: MediaStream;
}

export type PartState = "connecting" | "connected" | "reconnecting";

/** Index of a transceiver, which is the `mid` of its section too. */
export const AUDIO = 0;
export const CAMERA = 1;
export const SCREEN = 2;

export function received(): Received {
  return { camera: new MediaStream(), screen: new MediaStream() };
}

/** Puts a track where it belongs, replacing what was there. */
export function place(into: Received, track: MediaStreamTrack, isScreen: boolean): void {
  const stream = isScreen ? into.screen : into.camera;
  for (const before of stream.getTracks()) {
    if (before.kind === track.kind && before !== track) stream.removeTrack(before);
  }
  if (!stream.getTracks().includes(track)) stream.addTrack(track);
}

/** Gives tracks to senders in the fixed order. */
export async function sendTracks(senders: (RTCRtpSender | undefined)[], tracks: Tracks): Promise<void> {
  const wanted = [tracks.audio, tracks.camera, tracks.screen];
  await Promise.all(
    senders.map(async (sender, index) => {
      const track = wanted[index] ?? null;
      if (sender && sender.track !== track) await sender.replaceTrack(track);
    }),
  );
}

/** Tells a camera's sender how much to send. */
export async function encode(
  sender: RTCRtpSender | undefined,
  encoding: Partial<RTCRtpEncodingParameters>,
): Promise<void> {
  const parameters = sender?.getParameters();
  const first = parameters?.encodings?.[0];
  if (!sender || !parameters || !first) return;
  Object.assign(first, encoding);
  try {
    await sender.setParameters(parameters);
  } catch {
    // The connection was closed or renegotiated in the meantime; the next sample sets it again.
  }
}
