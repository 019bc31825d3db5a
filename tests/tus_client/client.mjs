// The official tus-js-client against our server. Usage: node client.mjs SCENARIO ENDPOINT COOKIE
// Prints one line of JSON: what the client saw.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tus from "tus-js-client";

const [scenario, endpoint, cookie] = process.argv.slice(2);
const MB = 1_000_000;

/** As many bytes of plain text, the same that tests/edge/tus.py makes for this seed. */
function words(size, seed) {
  const lines = [];
  for (let n = 0; n <= Math.floor(size / 30); n++)
    lines.push(`${seed} line ${String(n).padStart(7, "0")} of a long report\n`);
  return Buffer.from(lines.join("")).subarray(0, size);
}

function upload(content, name, options = {}) {
  let instance;
  const done = new Promise((resolve, reject) => {
    instance = new tus.Upload(content, {
      endpoint,
      metadata: { filename: name, category: "imaging" },
      headers: { cookie, "sec-fetch-site": "same-origin", accept: "application/json" },
      retryDelays: [100, 300, 1000],
      onSuccess: resolve,
      onError: reject,
      ...options,
    });
  });
  return { instance, done };
}

const scenarios = {
  async whole() {
    const { instance, done } = upload(words(20 * MB, 1), "whole.txt", { chunkSize: 3 * MB });
    instance.start();
    await done;
    return { url: instance.url };
  },

  async at_once() {
    const { instance, done } = upload(words(2 * MB, 1), "whole.txt", { uploadDataDuringCreation: true });
    instance.start();
    await done;
    return { url: instance.url };
  },

  async by_post() {
    const { instance, done } = upload(words(2 * MB, 1), "whole.txt", { overridePatchMethod: true });
    instance.start();
    await done;
    return { url: instance.url };
  },

  async resumed() {
    const urlStorage = new tus.FileUrlStorage(join(mkdtempSync(join(tmpdir(), "tus-")), "urls.json"));
    const content = words(20 * MB, 1);
    const options = { urlStorage, chunkSize: 2 * MB, fingerprint: async () => "the same file" };
    await new Promise((resolve, reject) => {
      const first = upload(content, "whole.txt", {
        ...options,
        onChunkComplete: async (_size, accepted) => {
          if (accepted >= 8 * MB) resolve(await first.instance.abort());
        },
        onError: reject,
      });
      first.instance.start();
    });
    const accepted = [];
    const second = upload(content, "whole.txt", { ...options, onChunkComplete: (_size, all) => accepted.push(all) });
    const previous = await second.instance.findPreviousUploads();
    second.instance.resumeFromPreviousUpload(previous[0]);
    second.instance.start();
    await second.done;
    return { url: second.instance.url, found: previous.length, first_accepted: accepted[0] };
  },

  async terminated() {
    const { instance } = upload(words(20 * MB, 1), "whole.txt", {
      chunkSize: 2 * MB,
      onChunkComplete: (_size, accepted) => accepted >= 4 * MB && enough(),
    });
    let enough;
    const begun = new Promise((resolve) => (enough = resolve));
    instance.start();
    await begun;
    await instance.abort(true);
    return { url: instance.url };
  },

  async several() {
    const uploads = [1, 2, 3, 4].map((seed) => upload(words(3 * MB, seed), `${seed}.txt`));
    for (const { instance } of uploads) instance.start();
    await Promise.all(uploads.map(({ done }) => done));
    return { urls: uploads.map(({ instance }) => instance.url) };
  },

  async refused() {
    const { instance, done } = upload(Buffer.concat([Buffer.from("MZ"), Buffer.alloc(MB)]), "photo.jpg");
    instance.start();
    try {
      await done;
    } catch (error) {
      return { status: error.originalResponse.getStatus(), body: error.originalResponse.getBody() };
    }
    return { status: 0 };
  },
};

console.log(JSON.stringify(await scenarios[scenario]()));
