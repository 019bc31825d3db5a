/** The call window of staff: the call, its apps, its guests, and the console beside it. */

import { placeOf, say } from "../apps/place";
import { Awake } from "../components/awake";
import { toast } from "../components/toasts";
import { liveSocket } from "../live/socket";
import { startTransferring } from "../rooms/transferring";
import { Adding } from "./adding";
import { type AppModules, AppsPanel, patientsIn } from "./apps_panel";
import { Beside } from "./beside";
import { Ending } from "./ending";
import { GuestDoor } from "./guests";
import { PeopleList } from "./people_list";
import type { CallSession } from "./session";
import { CallView } from "./view";

export function startCallWindow(root: HTMLElement, modules: AppModules): void {
  const beside = new Beside(root);
  const stage = root.querySelector<HTMLElement>("[data-call-place]");
  const place = stage && placeOf(stage);
  if (!stage || !place) return;
  const view = new CallView(stage, place, liveSocket(), {
    leave: () => ending.ask(),
    ended: (end) => {
      if (end === "elsewhere") elsewhere(root, ending);
      else ending.show();
    },
    drawn: () => {
      door.draw();
      people.draw();
      drawHeading(view.session);
    },
  });
  const ending = new Ending(stage, view.session);
  const door = new GuestDoor(stage, view.session);
  const people = new PeopleList(view.session, (address) => beside.open(address));
  startTransferring(() => toast(say(place, "not_sent"), "bad"));
  new AppsPanel(stage, view.session, modules);
  new Adding(view.session);
  const goAway = (): void => {
    ending.leaving = true;
  };
  document.addEventListener("bedside:signed-out", goAway);
  root.addEventListener("bedside:console-lost", () => {
    goAway();
    window.location.reload();
  });
  window.addEventListener("beforeunload", (event) => {
    if (!ending.leaving && !view.session.end) event.preventDefault();
  });
  new Awake().want(true);
  void view.start();
}

/** Whose call it is; the title of the window says the same. */
function drawHeading(session: CallSession): void {
  const heading = document.querySelector("h1");
  const patients = patientsIn(session);
  const [first] = patients;
  if (!heading || !first) return;
  const words = say(session.place, patients.length > 1 ? "group_call" : "call_with", { name: first.name });
  if (heading.textContent === words) return;
  document.title = words + document.title.slice(heading.textContent.length);
  heading.textContent = words;
}

/** Another window of the same person has the call now. */
function elsewhere(root: HTMLElement, ending: Ending): void {
  ending.leaving = true;
  const notice = root.querySelector<HTMLElement>("[data-elsewhere]");
  notice?.removeAttribute("hidden");
  notice?.querySelector("button")?.addEventListener("click", () => window.location.reload());
  notice?.querySelector<HTMLElement>("button")?.focus();
}
