"""People in a call: a clinic with an open room, a checked-in patient, a clinician at a desk.

`frames_decoded` and the rest read the page's own RTCPeerConnections, which a script that runs
before the page's own collects in `window.connectionsOfTest`. Announcements to screen readers are
in `window.saidOfTest`, the displayed connection quality in `window.qualityOfTest`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from playwright.async_api import Page, expect

from bedside.edge.signed_in import path_cookie_name
from bedside.people.permissions import RoomAccess, StaffAccess
from bedside.visits.check_in import CheckInForm
from bedside.visits.rooms import Room
from bedside.visits.waiting_room import DeviceTest
from tests.house import House, Served
from tests.peers.chromium import Chromium, Person

LONG = 45_000
"""Milliseconds: two pages that encode video on a busy machine."""

TESTED = DeviceTest(camera="ok", microphone="ok", speaker="ok", connection="ok")

_COLLECT = """
const Made = window.RTCPeerConnection;
window.connectionsOfTest = [];
window.RTCPeerConnection = class extends Made {
  constructor(...given) {
    super(...given);
    window.connectionsOfTest.push(this);
  }
};
window.saidOfTest = [];
window.qualityOfTest = [];
addEventListener("DOMContentLoaded", () => {
  new MutationObserver(() => {
    const said = document.querySelector("#announce")?.textContent;
    if (said && said !== window.saidOfTest.at(-1)) window.saidOfTest.push(said);
    const quality = document.querySelector("[data-quality]")?.dataset.quality;
    if (quality && quality !== window.qualityOfTest.at(-1)) window.qualityOfTest.push(quality);
  }).observe(document.body, {
    childList: true, subtree: true, characterData: true, attributeFilter: ["data-quality"],
  });
});
"""
_DECODED = """async () => {
  let most = 0;
  for (const one of window.connectionsOfTest.filter((it) => it.connectionState === "connected"))
    (await one.getStats()).forEach((entry) => {
      if (entry.type === "inbound-rtp" && entry.kind === "video")
        most += entry.framesDecoded ?? 0;
    });
  return most;
}"""
_HEARD = """async () => {
  let most = 0;
  for (const one of window.connectionsOfTest.filter((it) => it.connectionState === "connected"))
    (await one.getStats()).forEach((entry) => {
      if (entry.type === "inbound-rtp" && entry.kind === "audio")
        most += entry.packetsReceived ?? 0;
    });
  return most;
}"""

_ENCODED = """async () => {
  let most = 0;
  for (const one of window.connectionsOfTest.filter((it) => it.connectionState === "connected"))
    (await one.getStats()).forEach((entry) => {
      if (entry.type === "outbound-rtp") most += entry.framesEncoded ?? 0;
    });
  return most;
}"""

_HEIGHTS = """() => {
  window.heightsOfTest = [];
  setInterval(async () => {
    for (const one of window.connectionsOfTest.filter((it) => it.connectionState === "connected"))
      (await one.getStats()).forEach((entry) => {
        const height = entry.type === "outbound-rtp" && entry.frameHeight;
        if (height && height !== window.heightsOfTest.at(-1)) window.heightsOfTest.push(height);
      });
  }, 250);
}"""


async def watched(person: Person) -> None:
    """Collect connections and announcements of the pages that this person opens from now on."""
    await person.context.add_init_script(_COLLECT)


async def frames_decoded(page: Page) -> int:
    """Count pictures received by a page, over all its current connections."""
    return int(await page.evaluate(_DECODED))


async def pictures_sent(page: Page) -> int:
    """Count pictures sent by a page, over all its current connections."""
    return int(await page.evaluate(_ENCODED))


async def heights_kept(page: Page) -> None:
    """Record from now on the heights of pictures that a page sends, in `window.heightsOfTest`."""
    await page.evaluate(_HEIGHTS)
    await page.wait_for_function("() => window.heightsOfTest.length > 0", timeout=LONG)


async def heights_sent(page: Page) -> list[int]:
    """Return the heights recorded, in order."""
    return list(await page.evaluate("window.heightsOfTest"))


async def sound_received(page: Page) -> int:
    """Count packets of sound received by a page."""
    return int(await page.evaluate(_HEARD))


async def pictures_move(page: Page, *, patience: int = LONG) -> None:
    """Wait until pictures keep arriving on this page."""
    await _grows(page, _DECODED, patience)


async def sound_flows(page: Page, *, patience: int = LONG) -> None:
    """Wait until sound keeps arriving on this page."""
    await _grows(page, _HEARD, patience)


async def _grows(page: Page, counter: str, patience: int) -> None:
    await page.wait_for_function("() => window.connectionsOfTest !== undefined")
    before = int(await page.evaluate(counter))
    script = f"async (before) => (await ({counter})()) > before + 3"
    for _ in range(patience // 250):
        if await page.evaluate(script, before):
            return
        await page.wait_for_timeout(250)
    raise AssertionError(f"nothing new arrived within {patience // 1000} s")


@dataclass
class Clinic:
    """A served house with an open room that belongs to the clinician."""

    served: Served
    room: Room
    access: RoomAccess
    staff: StaffAccess

    @property
    def house(self) -> House:
        """The house."""
        return self.served.house

    async def check_in(
        self, person: Person, name: str = "Noor Haddad", *, identified: bool = True
    ) -> str:
        """Check in with this browser, by default as a patient already identified as a new one.
        Returns the id of the visit."""
        services = self.house.services
        form = CheckInForm(services.visits.check_in.new_draft(), name, date(1984, 5, 6))
        visit = await services.visits.check_in.check_in(self.room, form, "127.0.0.1")
        visitor = await services.visits.devices.resume(visit.token, visit.visit_id, "127.0.0.1")
        await services.visits.waiting_room.record_device_test(visitor, TESTED)
        if identified:
            await services.visits.identification.add(self.access, visit.visit_id, another=True)
        name_of = path_cookie_name(services.settings, "bedside-visitor")
        page = f"/visit/{visit.visit_id}"
        await person.context.add_cookies(
            [
                {
                    "name": name_of,
                    "value": visit.token,
                    "domain": "localhost",
                    "path": page,
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )
        return visit.visit_id

    async def sign_in(self, person: Person, who: StaffAccess | None = None) -> None:
        """Sign somebody in, by default the clinician."""
        cookies = await self.house.cookie(who or self.staff)
        await person.context.add_cookies(
            [{"name": n, "value": v, "url": self.served.url} for n, v in cookies.items()]
        )

    async def call(self, visit_id: str, mode: Any = "video") -> str:
        """Admit the patient. Returns the id of the call."""
        return await self.house.services.calls.control.start(self.access, visit_id, mode)


async def open_clinic(served: Served) -> Clinic:
    """Open the room of the house. Returns it with its clinician."""
    house = served.house
    services, staff = house.services, house.here.clinician
    access = await services.people.permissions.room(staff, house.here.room.id)
    await services.visits.rooms.open(access)
    room = await services.visits.rooms.get(staff.clinic_id, access.room_id)
    return Clinic(served, room, access, staff)


@dataclass
class TwoInCall:
    """A clinician and a patient in a call, each with a page."""

    clinic: Clinic
    visit_id: str
    call_id: str
    desk: Person
    staff_page: Page
    phone: Person
    patient_page: Page

    async def leave(self) -> None:
        """Close both browsers, and fail on complaints."""
        await self.staff_page.close()
        await self.patient_page.close()
        await self.phone.leave()
        await self.desk.leave()


async def two_in_call(
    served: Served,
    chromium: Chromium,
    mode: str = "video",
    *,
    before: str = "",
    patients: Chromium | None = None,
) -> TwoInCall:
    """Start a call whose two pages are open and joining. `before` is a script that runs before
    those of the patient's pages; `patients` the patient's browser, if it is another."""
    clinic = await open_clinic(served)
    phone = await (patients or chromium).phone(served.url)
    desk = await chromium.desktop(served.url)
    for person in (phone, desk):
        await watched(person)
    if before:
        await phone.context.add_init_script(before)
    visit_id = await clinic.check_in(phone)
    await clinic.sign_in(desk)
    patient_page = await phone.page(f"/visit/{visit_id}")
    call_id = await clinic.call(visit_id, mode)
    staff_page = await desk.page(f"/calls/{call_id}")
    await expect(patient_page.locator("[data-call-place]")).to_be_visible(timeout=LONG)
    return TwoInCall(clinic, visit_id, call_id, desk, staff_page, phone, patient_page)
