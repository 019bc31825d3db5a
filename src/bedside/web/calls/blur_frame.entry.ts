/**
 * The page in the hidden frame: MediaPipe's selfie segmentation for the page around it (see
 * media/segmenter.ts). Its files come from this server, under the names that the build gave them.
 */
import { discard, type Segmenter, type SegmenterWindow } from "../media/segmenter";

interface Results {
  /** What it has looked at. */
  image: CanvasImageSource;
  segmentationMask: CanvasImageSource;
}

interface SelfieSegmentation {
  initialize(): Promise<void>;
  onResults(listener: (results: Results) => void): void;
  send(inputs: { image: HTMLCanvasElement }): Promise<void>;
  setOptions(options: { modelSelection: number }): void;
}

type Made = new (configuration: { locateFile: (name: string) => string }) => SelfieSegmentation;

/** The quicker one of the two models. */
const LANDSCAPE = 1;

const data = document.body.dataset;

async function load(): Promise<Segmenter> {
  const files = JSON.parse(data.files ?? "{}") as Record<string, string>;
  const { SelfieSegmentation: Model } = window as unknown as { SelfieSegmentation?: Made };
  if (!Model) throw new Error("the model's script did not load");
  // It reports what is missing by `alert`, which would stand over the call.
  const failed = new Promise<never>((_resolve, reject) => {
    window.alert = (words?: string) => reject(new Error(words));
  });
  failed.catch(() => undefined);
  const model = new Model({ locateFile: (name) => files[name] ?? name });
  model.setOptions({ modelSelection: LANDSCAPE });
  let person: CanvasImageSource | null = null;
  model.onResults((results) => {
    person = results.segmentationMask;
    discard(results.image);
  });
  await Promise.race([model.initialize(), failed]);
  const personIn = async (picture: HTMLCanvasElement): Promise<CanvasImageSource> => {
    person = null;
    await Promise.race([model.send({ image: picture }), failed]);
    if (!person) throw new Error("the model found nothing to say");
    return person;
  };
  return { personIn, every };
}

function every(milliseconds: number, tick: () => void): () => void {
  const clock = new Worker(data.clock ?? "");
  clock.addEventListener("message", tick);
  clock.postMessage(milliseconds);
  return () => clock.terminate();
}

(window as unknown as SegmenterWindow).bedsideSegmenter = load();
