/**
 * A short sound of two notes, synthesised here: no file is loaded. On unless switched off on this
 * device.
 */
const SWITCH = "bedside-chime";
const NOTES: ReadonlyArray<readonly [frequency: number, at: number]> = [
  [659.25, 0],
  [880, 0.18],
];
const LENGTH_S = 0.9;
const LOUDNESS = 0.18;

let audio: AudioContext | null = null;

export function chimeIsOn(): boolean {
  return localStorage.getItem(SWITCH) !== "off";
}

export function switchChime(on: boolean): void {
  localStorage.setItem(SWITCH, on ? "on" : "off");
}

/** Plays it; browsers are silent until somebody has pressed something on the page. */
export async function chime(): Promise<void> {
  audio ??= new AudioContext();
  if (audio.state === "suspended") await audio.resume();
  for (const [frequency, at] of NOTES) ring(audio, frequency, audio.currentTime + at);
}

function ring(context: AudioContext, frequency: number, from: number): void {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, from);
  volume.gain.linearRampToValueAtTime(LOUDNESS, from + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, from + LENGTH_S);
  tone.connect(volume).connect(context.destination);
  tone.start(from);
  tone.stop(from + LENGTH_S);
}
