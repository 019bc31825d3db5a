/** How loud a microphone hears, in five steps. */
const QUIETEST_DB = -55;
const STEP_DB = 9;
const STEPS = 5;
const EVERY_MS = 80;

/** The step of a piece of sound; 0 is silence. */
export function stepOf(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  if (power === 0) return 0;
  const decibel = 10 * Math.log10(power);
  return Math.max(0, Math.min(STEPS, Math.ceil((decibel - QUIETEST_DB) / STEP_DB)));
}

/** Calls `heard` with the step repeatedly, until the returned function is called. */
export function followLevel(track: MediaStreamTrack, heard: (step: number, isSilent: boolean) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  const source = context.createMediaStreamSource(new MediaStream([track]));
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = window.setInterval(() => {
    if (context.state === "suspended") void context.resume();
    analyser.getFloatTimeDomainData(samples);
    heard(
      stepOf(samples),
      samples.every((sample) => sample === 0),
    );
  }, EVERY_MS);
  return () => {
    window.clearInterval(timer);
    source.disconnect();
    void context.close();
  };
}
