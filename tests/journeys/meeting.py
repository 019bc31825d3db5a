"""Meetings: rooms with their clinicians, patients who come in by the door, and checks of a page's
connections and identity."""

from dataclasses import dataclass, field

from playwright.async_api import Locator, Page, expect

from bedside.audit.actors import SYSTEM
from bedside.calls.states import Mode
from bedside.people import staff as people
from bedside.people.permissions import RoomAccess, StaffAccess
from bedside.people.roles import Role
from bedside.people.sessions import Stage
from bedside.visits.rooms import Room, RoomChange, RoomKind
from tests.house import House, Served
from tests.journeys.calling import LONG, watched
from tests.peers.chromium import Chromium, Person

_RELAY_ONLY = """
{
  const Made = window.RTCPeerConnection;
  const relayed = (given) => ({ ...given, iceTransportPolicy: "relay" });
  window.RTCPeerConnection = class extends Made {
    constructor(given, ...rest) { super(relayed(given), ...rest); }
    setConfiguration(given) { super.setConfiguration(relayed(given)); }
  };
}
"""
_SMALL_PICTURES = """
if (window.isSecureContext) {  // an empty frame has no devices
  const open = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = function (wanted) {
    const video = wanted?.video && { width: 160, height: 120, frameRate: 8 };
    return open.call(this, { ...wanted, video: video ?? false });
  };
}
"""
_REMEMBER_HEADINGS = """() => {
  const said = (window.headingsOfTest = []);
  const look = () => {
    const words = document.querySelector("h1")?.textContent.trim();
    if (words && words !== said.at(-1)) said.push(words);
  };
  new MutationObserver(look).observe(document.body, {
    childList: true, subtree: true, characterData: true,
  });
  look();
}"""
_CANDIDATES = """async () => {
  const kinds = [];
  for (const one of window.connectionsOfTest.filter((it) => it.connectionState === "connected")) {
    const stats = new Map();
    (await one.getStats()).forEach((entry) => stats.set(entry.id, entry));
    for (const entry of stats.values()) {
      if (entry.type !== "transport") continue;
      const pair = stats.get(entry.selectedCandidatePairId);
      if (pair) kinds.push(stats.get(pair.localCandidateId).candidateType);
    }
  }
  return kinds;
}"""
_SENDERS = """async () => {
  const seen = new Set();
  for (const one of window.connectionsOfTest.filter((it) => it.connectionState === "connected"))
    (await one.getStats()).forEach((entry) => {
      if (entry.type === "inbound-rtp" && entry.kind === "video" && (entry.framesDecoded ?? 0) > 0)
        seen.add(entry.ssrc);
    });
  return seen.size;
}"""


async def relay_only(person: Person) -> None:
    """Let this browser reach others by the relay alone, as from behind a strict firewall."""
    await person.context.add_init_script(_RELAY_ONLY)


async def small_pictures(person: Person) -> None:
    """Let this camera give small pictures: five of them fit on two processors."""
    await person.context.add_init_script(_SMALL_PICTURES)


async def candidates(page: Page) -> list[str]:
    """Return the kind of candidate of each of the page's connections: “host”, “srflx”, “relay”."""
    return list(await page.evaluate(_CANDIDATES))


async def cameras_seen(page: Page) -> int:
    """Count the cameras of others whose pictures the page has decoded."""
    return int(await page.evaluate(_SENDERS))


def tile(page: Page, kind: str) -> Locator:
    """Locate the others' pictures of a kind."""
    return page.locator(f"[data-tiles] [data-kind={kind}]")


def control(page: Page, name: str) -> Locator:
    """Locate a button below the pictures."""
    return page.locator(f".call-controls > [data-control={name}]")


def heading(page: Page, words: str) -> Locator:
    """Locate the heading of the page."""
    return page.get_by_role("heading", level=1, name=words)


async def see_each_other(*pages: Page) -> None:
    """Wait until each page shows a picture of everybody else."""
    for page in pages:
        shown = page.locator("[data-tiles] > [data-picture=on][data-state=connected]")
        await expect(shown).to_have_count(len(pages) - 1, timeout=2 * LONG)


@dataclass
class SamePage:
    """Proves that a page was not reloaded: a marker left in it is there, and its socket is the
    same. It records each heading, because some last only a second."""

    page: Page
    sockets: list[str] = field(default_factory=list[str])
    loads: list[str] = field(default_factory=list[str])

    async def mark(self) -> None:
        """Start now."""
        self.page.on("websocket", lambda socket: self.sockets.append(socket.url))
        self.page.on("framenavigated", lambda frame: self.loads.append(frame.url))
        await self.page.evaluate(_REMEMBER_HEADINGS)

    async def said(self, words: str) -> None:
        """Wait until this has been the heading of the page."""
        script = "(words) => window.headingsOfTest.includes(words)"
        await self.page.wait_for_function(script, arg=words)

    async def holds(self) -> bool:
        """Whether it is still the marked page, on the same socket."""
        same = await self.page.evaluate("window.headingsOfTest !== undefined")
        return bool(same) and self.sockets == [] and self.loads == []


@dataclass
class Desk:
    """A clinician at a desk, in charge of a room."""

    person: Person
    staff: StaffAccess
    room: Room
    access: RoomAccess
    page: Page
    house: House


async def hired(house: House, name: str, role: Role = Role.CLINICIAN) -> StaffAccess:
    """Add somebody new to the clinic, not yet in charge of anything."""
    services, clinic_id = house.services, house.clinic.id
    email = f"{name.rsplit(maxsplit=1)[-1].lower()}@riverside.example"
    who = people.Person(name=name, email=email, role=role)
    async with services.database.unit_of_work() as work:
        member = await services.people.staff.install(work, SYSTEM, clinic_id, who, "no password")
        token = await services.people.sessions.begin(
            work, member.id, clinic_id, role, Stage.FULL, "", "127.0.0.1"
        )
    return await services.people.sessions.resume(token, "127.0.0.1")


async def opened_room(
    house: House, name: str, staff: StaffAccess, kind: RoomKind = RoomKind.PERSONAL
) -> tuple[Room, RoomAccess]:
    """Create somebody's new room, open."""
    services = house.services
    owner = staff.staff_id if kind is RoomKind.PERSONAL else ""
    room = await services.visits.rooms.create(house.administer(), RoomChange(name, kind, owner))
    if not owner:
        await services.people.staff.assign(house.administer(), staff.staff_id, room.id)
    access = await services.people.permissions.room(staff, room.id)
    await services.visits.rooms.open(access)
    return await services.visits.rooms.get(room.clinic_id, room.id), access


async def desk_of(
    chromium: Chromium,
    served: Served,
    name: str,
    staff: StaffAccess,
    kind: RoomKind = RoomKind.PERSONAL,
) -> Desk:
    """Sign somebody in at a desk that shows a new room of their own."""
    room, access = await opened_room(served.house, name, staff, kind)
    person = await chromium.desktop(served.url)
    await watched(person)
    cookies = await served.house.cookie(staff)
    await person.context.add_cookies(
        [{"name": n, "value": v, "url": served.url} for n, v in cookies.items()]
    )
    page = await person.page(f"/rooms/{room.id}")
    await page.wait_for_load_state("networkidle")  # so that what happens next is live
    return Desk(person, staff, room, access, page, served.house)


async def comes_in(person: Person, served: Served, room: Room, name: str) -> Page:
    """Open the room's address, check in, and wait without testing devices."""
    page = await person.page(f"{served.url}/r/{room.slug}")
    await page.get_by_label("Your name").fill(name)
    await page.get_by_role("button", name="Check in").click()
    await page.wait_for_url("**/visit/*")
    await page.get_by_role("button", name="Go on without the test").click()
    await expect(heading(page, "will see you soon")).to_be_visible()
    return page


async def start_call(desk: Desk, visit_id: str) -> str:
    """Admit a patient and open the call window. Returns the id of the call."""
    call_id = await desk.house.calls.control.start(desk.access, visit_id, Mode.VIDEO)
    await desk.page.goto(f"/calls/{call_id}")
    return str(call_id)


def visit_in(page: Page) -> str:
    """Return the id of the page's visit."""
    return page.url.partition("/visit/")[2].partition("?")[0]
