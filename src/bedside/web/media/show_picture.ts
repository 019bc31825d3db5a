/** Shows a track in a video, or nothing; returns whether it has to be played. */
export function showPicture(video: HTMLVideoElement, track: MediaStreamTrack | null): boolean {
  const before = video.srcObject instanceof MediaStream ? (video.srcObject.getVideoTracks()[0] ?? null) : null;
  if (track === before) return false;
  video.srcObject = track && new MediaStream([track]);
  return track !== null;
}
