"""A type of appointments and an appointment, with markers in all that can be written there."""

import re
from collections.abc import Callable

import httpx

from tests.canary.filling import SITE, Markers
from tests.care.booked import in_days
from tests.house import House


async def make_appointments(
    house: House, mark: Markers, http: httpx.AsyncClient, settled: Callable[[], None]
) -> None:
    """Add a type, book it, let the patient ask for another time, move it, and cancel it."""
    admin = await house.cookie(house.here.administrator)
    async with httpx.AsyncClient(base_url=http.base_url, cookies=admin, headers=SITE) as office:
        kind = {
            "name": mark("name of type"),
            "minutes": "20",
            "text": mark("text of type"),
            "place": mark("place of type"),
            "remind_hours": "24",
        }
        added = await office.post("/settings/appointments", data=kind)
        assert added.status_code == 303, added.text[:300]
        assert mark("place of type") in (await office.get("/settings/appointments")).text
    [kept] = await house.care.types.offered(house.clinic.id)
    here, start = f"/patients/{house.patients[0].id}/appointments", in_days(9)
    form = {"type": kept.id, "day": start[:10], "time": start[11:], "channels": "sms"}
    booked = await http.post(f"{here}/new", data={**form, "reason": mark("reason")})
    assert booked.status_code == 303, booked.text[:300]
    one = booked.headers["location"]
    assert mark("reason") in (await http.get(one)).text
    assert mark("name of type") in (await http.get(f"/calendar?day={start[:10]}")).text
    settled()
    shown = await house.notifications.messages.outbox(house.here.receptionist)
    about = next(message for message in shown if message.cause_id.startswith(one[-30:]))
    async with httpx.AsyncClient(base_url=http.base_url, headers=SITE) as phone:
        link = re.findall(r"/l/[\w-]+", about.text)[0]
        link = (await phone.get(link)).headers.get("location", link)
        born = {"birth_day": "14", "birth_month": "3", "birth_year": "1991"}
        page = (await phone.post(link, data=born)).headers["location"]
        assert mark("text of type") in (await phone.get(page)).text
        assert mark("name of type") not in (await phone.get(f"{page}/appointment.ics")).text
        answer = {"answer": "ask_move", "words": mark("words of the patient")}
        assert (await phone.post(f"{page}/answer", data=answer)).status_code == 303
    assert mark("words of the patient") in (await http.get(one)).text
    later = in_days(11)
    move = {"day": later[:10], "time": later[11:], "words": mark("words for the patient")}
    assert (await http.post(f"{one}/move", data=move)).status_code == 303
    settled()
    cancelled = await http.post(f"{one}/cancel", data={"words": mark("words at the end")})
    assert cancelled.status_code == 303, cancelled.text[:300]
    settled()
