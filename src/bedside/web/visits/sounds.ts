/**
 * Short sounds, synthesised by the browser. Browsers allow sound only after the patient has touched
 * the page once, so the first touch prepares it.
 */
type Note = readonly [frequency: number, at: number, seconds: number];

const CHIME: readonly Note[] = [
  [523.25, 0, 0.35],
  [659.25, 0.18, 0.35],
  [783.99, 0.36, 0.6],
];
const READY: readonly Note[] = [...CHIME, ...CHIME.map(([f, at, length]): Note => [f, at + 1.2, length])];
const MESSAGE: readonly Note[] = [[659.25, 0, 0.25]];
const SOUNDS = { chime: CHIME, ready: READY, message: MESSAGE } as const;
const LOUDNESS = 0.25;

let context: AudioContext | null = null;

function output(): AudioContext | null {
  if (typeof AudioContext === "undefined") return null;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  return context;
}

function ring(out: AudioContext, [frequency, at, seconds]: Note): void {
  const tone = out.createOscillator();
  const volume = out.createGain();
  const begin = out.currentTime + 0.05 + at;
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, begin);
  volume.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, begin + seconds);
  tone.connect(volume).connect(out.destination);
  tone.start(begin);
  tone.stop(begin + seconds);
}

/** Plays a sound; silent where the browser does not allow it yet. */
export function play(name: keyof typeof SOUNDS): void {
  const out = output();
  if (out) for (const note of SOUNDS[name]) ring(out, note);
}

/** Prepares sound with the first touch or key. */
export function startSounds(): void {
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, () => void output(), { once: true });
}
