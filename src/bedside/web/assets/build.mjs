/**
 * Builds what the browser loads into ../static/: scripts, style sheets, the icon sprite and the brand
 * mark, each with a hash of its content in its name, and manifest.json
 * {"staff.css": "staff.ABC123.css", …} by which pages find them. Beside each lies what goes over the
 * wire, <name>.br and <name>.gz (edge/static_files.py).
 *
 * Sources are found by folder, beside the handlers and templates of their feature:
 *   <folder>/<page>.entry.ts        a script of its own, <page>.js
 *   <folder>/<name>.<sheet>….css    part of each style sheet that it names: staff, patient, call, visit, app
 *   <folder>/<name>.css             part of staff and patient
 * The shared components come first, in the order of components/components.css, then the shells
 * (console, patient), then the features; inside the cascade layer `pages` later ones win.
 *
 *   node build.mjs           build once
 *   node build.mjs --watch   build again when a source changes
 *   node build.mjs --check   write nothing; fail when the inlined icons are out of date
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync, constants as zlib } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, "..");
const out = join(web, "static");
const inlineIconsTemplate = join(web, "components", "icon_shapes.html");
const iconSet = dirname(createRequire(import.meta.url).resolve("lucide-static/package.json"));
const iconFolder = join(iconSet, "icons");
/** The model that blurs the background, with what runs it: only browsers with SIMD are quick enough. */
const modelFolder = dirname(createRequire(import.meta.url).resolve("@mediapipe/selfie_segmentation/package.json"));
const MODEL = [
  "selfie_segmentation.js",
  "selfie_segmentation.binarypb",
  "selfie_segmentation_landscape.tflite",
  "selfie_segmentation_solution_simd_wasm_bin.js",
  "selfie_segmentation_solution_simd_wasm_bin.wasm",
];
const iconLicence = readFileSync(join(iconSet, "LICENSE"), "utf8").trim();

/** The shapes inside one icon's <svg>, on one line. */
function iconShapes(name) {
  const file = join(iconFolder, `${name}.svg`);
  if (!existsSync(file)) throw new Error(`icons.json names “${name}”, which lucide does not have`);
  const svg = readFileSync(file, "utf8");
  return svg
    .slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"))
    .replace(/\s+/g, " ")
    .replace(/> </g, "><")
    .replace(/ \/>/g, "/>")
    .trim();
}

function readIconList() {
  return JSON.parse(readFileSync(join(here, "icons.json"), "utf8"));
}

function spriteOf(names) {
  const symbols = names.map((name) => `<symbol id="${name}" viewBox="0 0 24 24">${iconShapes(name)}</symbol>`);
  return `<!--\n${iconLicence.replaceAll("--", "–")}\n-->\n<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

/** Icons that are shorter or faster inline than as a reference into the sprite. */
function inlineTemplateOf({ inline, sprite }) {
  const rows = inline.map((name) => `  "${name}": '${iconShapes(name)}',`);
  return [
    "{# Made by `npm run build` from icons.json and the icon set lucide, whose licence is:",
    "",
    iconLicence,
    "#}",
    "{% set shapes = {",
    ...rows,
    "} %}",
    `{% set sprite_names = ${JSON.stringify(sprite)} %}`,
    "",
  ].join("\n");
}

function writeHashed(name, content, manifest) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const dot = name.lastIndexOf(".");
  const hashed = `${name.slice(0, dot)}.${hash}${name.slice(dot)}`;
  writeFileSync(join(out, hashed), content);
  manifest[name] = hashed;
}

/** dark.css is written once for [data-theme="dark"]; this repeats it for devices set to dark. */
const darkByPreference = {
  name: "dark-by-preference",
  setup(build) {
    build.onLoad({ filter: /dark\.css$/ }, (args) => {
      const chosen = readFileSync(args.path, "utf8");
      const preferred = chosen.replaceAll(':root[data-theme="dark"]', ':root:not([data-theme="light"])');
      return {
        contents: `${chosen}\n@media screen and (prefers-color-scheme: dark) {\n${preferred}\n}`,
        loader: "css",
      };
    });
  },
};

/** Bytes from which the best compression takes every build longer than it saves anybody. */
const LARGE = 1_000_000;
const QUICKLY = { params: { [zlib.BROTLI_PARAM_QUALITY]: 9 } };

const ENTRY = ".entry.ts";
const watching = process.argv.includes("--watch");
const SHELLS = ["console", "patient"];
const LAYERS = "@layer reset, tokens, base, components, pages;";
const COMPONENTS = "components/components.css";
/**
 * Each style sheet, and whether it includes the shared components itself or stands beside a sheet
 * that does.
 */
const SHEETS = { staff: true, patient: true, call: false, visit: false, app: false };

/** Sources under `web` whose names end like this: shells first, then by name. */
function sourcesEnding(ending) {
  const rank = (name) => (SHELLS.includes(name.split("/")[0]) ? 0 : 1);
  return readdirSync(web, { recursive: true })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(ending) && !name.startsWith("static/"))
    .sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
}

/** The parts of a style sheet, without what components.css brings in. */
function partsOf(sheet) {
  return sourcesEnding(".css").filter((name) => {
    const sheets = basename(name, ".css").split(".").slice(1);
    if (sheets.length) return sheets.includes(sheet);
    return SHEETS[sheet] && dirname(name).split("/")[0] !== "components";
  });
}

/**
 * Style sheets are assembled here, so that a feature's file is part of its sheet by being in its
 * folder.
 */
const sheets = {
  name: "sheets",
  setup(build) {
    build.onResolve({ filter: /^sheet:/ }, (args) => ({ path: args.path.slice("sheet:".length), namespace: "sheet" }));
    build.onLoad({ filter: /.*/, namespace: "sheet" }, ({ path: sheet }) => {
      const parts = [...(SHEETS[sheet] ? [COMPONENTS] : []), ...partsOf(sheet)];
      return {
        contents: [LAYERS, ...parts.map((part) => `@import "./${part}";`)].join("\n"),
        loader: "css",
        resolveDir: web,
      };
    });
  },
};

const shared = {
  bundle: true,
  minify: true,
  sourcemap: "linked",
  target: ["chrome99", "firefox97", "safari15.4"],
  entryNames: "[name].[hash]",
  chunkNames: "[name].[hash]",
  outdir: out,
  metafile: true,
  plugins: [darkByPreference, sheets],
  logLevel: "warning",
  legalComments: "none",
};

/**
 * Each entry by itself: code shared by two entries is in both, so that a page needs one request.
 */
async function bundle(entry, name, manifest) {
  const isScript = entry.endsWith(".ts");
  const result = await esbuild.build({
    ...shared,
    entryPoints: [{ in: entry, out: name }],
    ...(isScript ? { format: "esm", splitting: true } : {}),
  });
  const made = Object.keys(result.metafile.outputs).map((file) => basename(file));
  const wanted = isScript ? ".js" : ".css";
  manifest[name + wanted] = made.find((file) => file.startsWith(`${name}.`) && file.endsWith(wanted));
  return made;
}

/** Old files are removed last, so that a running server never misses one. */
function removeAllBut(kept) {
  for (const name of readdirSync(out)) if (!kept.has(name)) rmSync(join(out, name), { recursive: true });
}

/** A name stands for its content, so what is there already is right. Returns the names. */
function compress(names) {
  const kept = [];
  for (const name of names.filter((each) => /\.(css|js|svg|tflite|wasm)$/.test(each))) {
    const content = readFileSync(join(out, name));
    for (const [ending, packed] of [
      [".br", () => brotliCompressSync(content, content.length > LARGE ? QUICKLY : {})],
      [".gz", () => gzipSync(content, { level: 9 })],
    ]) {
      if (!existsSync(join(out, name + ending))) writeFileSync(join(out, name + ending), packed());
      kept.push(name + ending);
    }
  }
  return kept;
}

async function buildAll() {
  mkdirSync(out, { recursive: true });
  const icons = readIconList();
  const manifest = {};
  writeHashed("icons.svg", spriteOf([...icons.inline, ...icons.sprite].sort()), manifest);
  for (const name of readdirSync(join(here, "brand")))
    writeHashed(name, readFileSync(join(here, "brand", name)), manifest);
  writeFileSync(inlineIconsTemplate, inlineTemplateOf(icons));
  for (const name of MODEL) writeHashed(name, readFileSync(join(modelFolder, name)), manifest);
  const made = [];
  for (const sheet of Object.keys(SHEETS)) made.push(...(await bundle(`sheet:${sheet}`, sheet, manifest)));
  for (const entry of sourcesEnding(ENTRY)) {
    made.push(...(await bundle(join(web, entry), basename(entry, ENTRY), manifest)));
  }
  const names = new Set([...Object.values(manifest), ...made]);
  const packed = watching ? [] : compress([...names]); // who watches waits for each build
  const sorted = Object.fromEntries(Object.entries(manifest).sort());
  writeFileSync(join(out, "manifest.json"), `${JSON.stringify(sorted, null, 2)}\n`);
  removeAllBut(new Set(["manifest.json", ...names, ...packed]));
}

function check() {
  const wanted = inlineTemplateOf(readIconList());
  if (!existsSync(inlineIconsTemplate) || readFileSync(inlineIconsTemplate, "utf8") !== wanted) {
    console.error("components/icon_shapes.html does not match icons.json: run `npm run build`.");
    process.exit(1);
  }
}

function watchSources() {
  let timer;
  watch(web, { recursive: true }, (_event, name) => {
    if (name?.startsWith("static") || name?.endsWith("icon_shapes.html")) return; // generated here
    clearTimeout(timer);
    timer = setTimeout(() => buildAll().catch((error) => console.error(error.message)), 80);
  });
}

if (process.argv.includes("--check")) check();
else {
  await buildAll();
  if (watching) watchSources();
}
