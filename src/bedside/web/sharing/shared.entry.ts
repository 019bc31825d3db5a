/** Opens a SMART Health Link in this browser: the key stays in the part of the address behind “#”. */
import { announce } from "../components/announce";
import { patience } from "../components/older_browsers";
import { decrypt, filesIn, type HealthLink, readLink, type SharedFile } from "./health_link";

/** Types that an <img> shows and that cannot run anything. */
const PICTURES = ["image/jpeg", "image/png", "image/webp", "image/gif"];
const LONGEST_WAIT = 60_000;

interface Manifest {
  files: { contentType: string; location?: string; embedded?: string }[];
  list?: { source?: { display?: string } };
}

function part<Kind extends HTMLElement>(name: string): Kind {
  return document.querySelector(`[data-shared="${name}"]`) as Kind;
}

/** Shows one of the problems that the page has texts for. */
function problem(name: string, remaining = 0): void {
  for (const line of document.querySelectorAll<HTMLElement>("[data-problem]")) {
    line.hidden = line.dataset.problem !== name;
    const number = line.querySelector("[data-remaining]");
    if (!line.hidden && number) number.textContent = String(remaining);
    if (!line.hidden) announce(line.textContent?.trim() ?? "", true);
  }
}

/** Shows a problem after which there is nothing left to try. */
function over(name: string): void {
  part("form").hidden = true;
  problem(name);
}

async function manifestOf(link: HealthLink, recipient: string, passcode: string): Promise<Manifest | null> {
  const asked = passcode ? { recipient, passcode } : { recipient };
  const answer = await fetch(link.url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(asked),
    credentials: "omit",
    signal: patience(LONGEST_WAIT),
  });
  if (answer.ok) return answer.json();
  if (answer.status === 401) {
    const { remainingAttempts } = await answer.json();
    if (remainingAttempts > 0) problem("passcode", remainingAttempts);
    else over("ended");
  } else if (answer.status === 404) over("ended");
  else problem(answer.status === 429 ? "busy" : "network");
  return null;
}

async function jweOf(file: Manifest["files"][number]): Promise<string> {
  if (file.embedded) return file.embedded;
  const answer = await fetch(file.location ?? "", { credentials: "omit" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

function sizeOf(bytes: number): string {
  const unit = bytes < 1_000_000 ? "kilobyte" : "megabyte";
  const amount = bytes / (unit === "kilobyte" ? 1_000 : 1_000_000);
  const options = { style: "unit", unit, maximumFractionDigits: amount < 10 ? 1 : 0 } as const;
  return new Intl.NumberFormat(document.documentElement.lang, options).format(amount);
}

function show(file: SharedFile, place: HTMLElement): void {
  const line = part<HTMLTemplateElement>("file").content.cloneNode(true) as DocumentFragment;
  // Nothing runs here whatever a file says about itself: it is shown as a picture, or saved.
  const address = URL.createObjectURL(new Blob([file.bytes], { type: file.type }));
  const picture = line.querySelector("img") as HTMLImageElement;
  if (PICTURES.includes(file.type)) {
    picture.src = address;
    picture.alt = file.name;
  } else picture.remove();
  (line.querySelector("[data-name]") as HTMLElement).textContent = file.name;
  (line.querySelector("[data-size]") as HTMLElement).textContent = sizeOf(file.bytes.length);
  const save = line.querySelector("a") as HTMLAnchorElement;
  save.href = address;
  save.download = file.name;
  save.append(
    Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: ` ${file.name}` }),
  );
  place.append(line);
}

async function open(link: HealthLink, form: HTMLFormElement): Promise<void> {
  problem("");
  const given = new FormData(form);
  const manifest = await manifestOf(link, String(given.get("recipient")), String(given.get("passcode") ?? ""));
  if (!manifest) return;
  form.hidden = true;
  const place = part("files");
  const clinic = manifest.list?.source?.display;
  if (clinic) {
    part("clinic").textContent = clinic;
    part("from").hidden = false;
  }
  part("found").hidden = false;
  let failed = 0;
  for (const [number, file] of manifest.files.entries()) {
    part("progress").textContent = `${number + 1} / ${manifest.files.length}`;
    try {
      const plain = new TextDecoder().decode(await decrypt(await jweOf(file), link.key));
      for (const found of filesIn(JSON.parse(plain))) show(found, place);
    } catch {
      failed += 1;
    }
  }
  part("progress").hidden = true;
  if (failed) problem("some");
  part("found").querySelector("h2")?.focus();
}

/** Whether everything was filled in; if not, says what is missing, at the field. */
function complete(form: HTMLFormElement): boolean {
  const missing = [...form.elements].find(
    (field) => field instanceof HTMLInputElement && field.required && !field.value.trim(),
  ) as HTMLInputElement | undefined;
  if (!missing) return true;
  problem(missing.name === "passcode" ? "no-passcode" : "recipient");
  missing.setAttribute("aria-invalid", "true");
  missing.addEventListener("input", () => missing.removeAttribute("aria-invalid"), { once: true });
  missing.focus();
  return false;
}

function ask(link: HealthLink): void {
  const form = part<HTMLFormElement>("form");
  const button = document.querySelector('[form="open-shared"]') as HTMLButtonElement;
  const passcode = form.elements.namedItem("passcode") as HTMLInputElement;
  part("label").textContent = link.label;
  part("label").hidden = !link.label;
  part("passcode").hidden = !link.needsPasscode;
  passcode.required = link.needsPasscode;
  passcode.disabled = !link.needsPasscode;
  form.hidden = false;
  button.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.disabled || !complete(form)) return;
    button.disabled = true;
    void open(link, form)
      .catch(() => problem("network"))
      .finally(() => {
        button.disabled = false;
        button.hidden = form.hidden;
        // A disabled button loses the focus, and a form that is gone.
        if (document.activeElement !== document.body) return;
        if (form.hidden)
          document.querySelector("h1")?.focus(); // the link has ended
        else (passcode.disabled ? button : passcode).focus();
      });
  });
}

/** Why a link cannot be opened here; "" if it can. */
function obstacle(link: HealthLink): string {
  if (!window.crypto?.subtle) return "browser";
  if (new URL(link.url, window.location.href).origin !== window.location.origin) return "elsewhere";
  return link.until && link.until * 1000 < Date.now() ? "old" : "";
}

function start(): void {
  part("starting").hidden = true;
  const link = readLink(window.location.hash);
  const why = typeof link === "string" ? link : obstacle(link);
  if (why || typeof link === "string") over(why);
  else ask(link);
}

/** Whoever chooses another language comes back here with the link: browsers keep it on a redirect. */
function keepLinkOfForms(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[action="/language"]')) {
    form.action = `/language${window.location.hash}`;
  }
}

window.addEventListener("hashchange", () => window.location.reload());
keepLinkOfForms();
start();
