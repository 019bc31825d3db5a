/** The call window of staff: the call, its apps, its guests, and the console beside it. */

import { type AppModules, patientsIn } from "../apps/call_app";
import { placeOf, say } from "../apps/place";
import { Awake } from "../components/awake";
import { toast } from "../components/toasts";
import { whereToSignIn } from "../live/reached";
import { liveSocket } from "../live/socket";
import { Adding } from "./adding";
import { AppsPanel, type Sign } from "./apps_panel";
import { Beside, SIGN_IN_AGAIN } from "./beside";
import { ByTelephone } from "./by_telephone";
import { Ending } from "./ending";
import { GuestDoor } from "./guests";
import { HandoverStrip } from "./handover_strip";
import { Newcomers } from "./newcomers";
import { NoAnswer } from "./no_answer";
import { PeopleList } from "./people_list";
import type { CallSession } from "./session";
import { CallView } from "./view";

/** As long as the server keeps a place in the call without a page (see calls/absence.py). */
const SIGNED_OUT_MS = 120_000;

/** What other features have in the window. */
export interface Others {
  apps: AppModules;
  /** The sign of what patients have written and staff have not read. */
  unread: (stage: HTMLElement) => Sign;
  /** Brings the forms of a transfer to life; `failed` is for when the server cannot be asked. */
  transferring: (failed: () => void) => void;
}

export function startCallWindow(root: HTMLElement, others: Others): void {
  const beside = new Beside(root);
  const stage = root.querySelector<HTMLElement>("[data-call-place]");
  const place = stage && placeOf(stage);
  if (!stage || !place) return;
  const view = new CallView(stage, place, liveSocket(), {
    leave: () => ending.ask(),
    ended: (end) => {
      if (end === "elsewhere") elsewhere(root, ending);
      else void ending.show();
    },
    drawn: () => {
      door.draw();
      noAnswer.draw();
      people.draw();
      strip.draw();
      newcomers.draw();
      ending.draw();
      drawHeading(view.session);
    },
  });
  const ending = new Ending(stage, view.session);
  const door = new GuestDoor(stage, view.session);
  const newcomers = new Newcomers(stage, view.session);
  const strip = new HandoverStrip(root, view.session);
  const noAnswer = new NoAnswer(root, view.session, {
    end: (way) => void ending.go(way),
    write: () => void apps.show("chat"),
    changed: () => people.draw(),
  });
  const people = new PeopleList(
    view.session,
    (address) => beside.open(address),
    (id) => noAnswer.isSilent(id),
  );
  others.transferring(() => toast(say(place, "not_sent"), "bad"));
  const apps = new AppsPanel(stage, view.session, others.apps, others.unread(stage));
  new Adding(view.session);
  new ByTelephone(stage, view.session, () => void ending.go("telephone"));
  signedOut(root, ending);
  openChartByName(root, beside);
  window.addEventListener("beforeunload", (event) => {
    if (!ending.leaving && !view.session.end) event.preventDefault();
  });
  new Awake().want(true);
  void view.start();
}

/**
 * The session has ended: the call goes on for a while, and the person decides when to leave the
 * page for the sign-in, which comes back here.
 */
function signedOut(root: HTMLElement, ending: Ending): void {
  let isAsked = false;
  const leave = (): void => {
    ending.leaving = true;
    window.location.assign(whereToSignIn());
  };
  const ask = (event: Event): void => {
    event.preventDefault();
    if (isAsked || ending.leaving) return;
    isAsked = true;
    window.setTimeout(leave, SIGNED_OUT_MS);
    const notice = root.querySelector<HTMLElement>("[data-signed-out]");
    notice?.removeAttribute("hidden");
    notice?.querySelector("button")?.addEventListener("click", leave);
  };
  document.addEventListener("bedside:signed-out", ask);
  document.addEventListener(SIGN_IN_AGAIN, ask);
}

/** The name in the head leads to the chart, beside the call. */
function openChartByName(root: HTMLElement, beside: Beside): void {
  root.querySelector<HTMLElement>("[data-call-heading]")?.addEventListener("click", (event) => {
    const name = (event.target as Element).closest<HTMLAnchorElement>("[data-heading-chart]");
    if (!name || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    beside.open(name.pathname);
  });
}

/** Whose call it is; the title of the window says the same. */
function drawHeading(session: CallSession): void {
  const heading = document.querySelector("h1");
  const patients = patientsIn(session);
  const [first] = patients;
  if (!heading || !first) return;
  const link = heading.querySelector<HTMLAnchorElement>("[data-heading-chart]");
  if (link && patients.length === 1 && first.visit_id) link.href = `/visits/${first.visit_id}/chart`;
  else link?.removeAttribute("href"); // of a group there is no one chart
  const words = say(session.place, patients.length > 1 ? "group_call" : "call_with", { name: first.name });
  if (heading.textContent === words) return;
  document.title = words + document.title.slice(heading.textContent.length);
  (link ?? heading).textContent = words;
}

/** Another window of the same person has the call now. */
function elsewhere(root: HTMLElement, ending: Ending): void {
  ending.leaving = true;
  const notice = root.querySelector<HTMLElement>("[data-elsewhere]");
  notice?.removeAttribute("hidden");
  notice?.querySelector("button")?.addEventListener("click", () => window.location.reload());
  notice?.querySelector<HTMLElement>("button")?.focus();
}
