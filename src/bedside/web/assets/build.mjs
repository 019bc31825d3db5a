/**
 * Builds what the browser loads into ../static/: css/*.css, ts/entries/*.ts, the icon sprite and
 * the brand mark, each with a hash of its content in its name, and manifest.json
 * {"staff.css": "staff.ABC123.css", …} by which pages find them.
 *
 *   node build.mjs           build once
 *   node build.mjs --watch   build again when a source changes
 *   node build.mjs --check   write nothing; fail when the inlined icons are out of date
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const inlineIconsTemplate = join(here, "..", "templates", "components", "icon_shapes.html");
const iconSet = dirname(createRequire(import.meta.url).resolve("lucide-static/package.json"));
const iconFolder = join(iconSet, "icons");
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

/** Icons that are shorter or faster inside the page than as a reference into the sprite. */
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
      return { contents: `${chosen}\n@media screen and (prefers-color-scheme: dark) {\n${preferred}\n}`, loader: "css" };
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
  plugins: [darkByPreference],
  logLevel: "warning",
  legalComments: "none",
};

function entriesIn(folder, extension) {
  return readdirSync(join(here, folder))
    .filter((name) => name.endsWith(extension))
    .map((name) => join(here, folder, name));
}

/** Each entry by itself: code that two entries share is in both, so that a page needs one request. */
async function bundle(entry, manifest) {
  const script = entry.endsWith(".ts");
  const result = await esbuild.build({
    ...shared,
    entryPoints: [entry],
    ...(script ? { format: "esm", splitting: true } : {}),
  });
  for (const [file, made] of Object.entries(result.metafile.outputs)) {
    // What is loaded later, by import(), is an entry of its own to esbuild.
    if (made.entryPoint && resolve(made.entryPoint) === resolve(entry)) manifest[basename(entry).replace(/\.ts$/, ".js")] = basename(file);
  }
  return Object.keys(result.metafile.outputs).map((file) => basename(file));
}

/** Old files go last, so that a server that runs meanwhile never misses one. */
function removeAllBut(kept) {
  for (const name of readdirSync(out)) if (!kept.has(name)) rmSync(join(out, name), { recursive: true });
}

async function buildAll() {
  mkdirSync(out, { recursive: true });
  const icons = readIconList();
  const manifest = {};
  writeHashed("icons.svg", spriteOf([...icons.inline, ...icons.sprite].sort()), manifest);
  writeHashed("mark.svg", readFileSync(join(here, "brand", "mark.svg"), "utf8"), manifest);
  writeFileSync(inlineIconsTemplate, inlineTemplateOf(icons));
  const made = [];
  for (const entry of [...entriesIn("css", ".css"), ...entriesIn("ts/entries", ".ts")]) {
    made.push(...(await bundle(entry, manifest)));
  }
  const sorted = Object.fromEntries(Object.entries(manifest).sort());
  writeFileSync(join(out, "manifest.json"), `${JSON.stringify(sorted, null, 2)}\n`);
  removeAllBut(new Set(["manifest.json", ...Object.values(manifest), ...made]));
}

function check() {
  const wanted = inlineTemplateOf(readIconList());
  if (!existsSync(inlineIconsTemplate) || readFileSync(inlineIconsTemplate, "utf8") !== wanted) {
    console.error("templates/components/icon_shapes.html does not match icons.json: run `npm run build`.");
    process.exit(1);
  }
}

function watchSources() {
  let timer;
  watch(here, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => buildAll().catch((error) => console.error(error.message)), 80);
  });
}

if (process.argv.includes("--check")) check();
else {
  await buildAll();
  if (process.argv.includes("--watch")) watchSources();
}
