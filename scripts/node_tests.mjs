/**
 * Runs the unit tests of what browsers load in Node's own runner: *.test.ts, beside what they test.
 *
 *   node scripts/node_tests.mjs           all of them
 *   node scripts/node_tests.mjs FILE…     some
 *
 * esbuild makes each of them into one file first, as it does for browsers. `make test` runs them
 * through tests/web/test_scripts.py.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = join(root, "src", "bedside", "web");

function allTests() {
  return readdirSync(sources, { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .sort()
    .map((name) => join(sources, name));
}

const chosen = process.argv.slice(2).map((name) => resolve(name));
const folder = mkdtempSync(join(tmpdir(), "bedside-node-tests-"));
try {
  const { metafile } = await esbuild.build({
    entryPoints: chosen.length > 0 ? chosen : allTests(),
    outbase: sources,
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    external: ["node:*"],
    sourcemap: "inline",
    metafile: true,
    logLevel: "warning",
    absWorkingDir: root,
  });
  const files = Object.keys(metafile.outputs).map((name) => resolve(root, name));
  const options = ["--test", "--enable-source-maps", "--test-reporter=spec"];
  process.exitCode = spawnSync(process.execPath, [...options, ...files], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
