"""A colleague who sets up alerts: a number, and a browser with a marker in its address."""

import asyncio
import re
from collections.abc import Callable

import httpx

from tests.canary.filling import Markers
from tests.house import House
from tests.peers.push_service import Device

PHONE = "+46 70 913 57 28"
OWN = ("46709135728", "0709135728", PHONE)


async def be_told(
    house: House, mark: Markers, http: httpx.AsyncClient, settled: Callable[[], None]
) -> None:
    """Add the number, mistyped at first, and the browser; choose SMS. `settled` waits for the
    worker. `http` is the receptionist's browser."""
    wrong = await http.post("/account/phone", data={"phone": f"{PHONE} {mark('own number')}" * 3})
    assert wrong.status_code == 422, wrong.text[:300]
    assert (await http.post("/account/phone", data={"phone": PHONE})).status_code == 303
    await asyncio.to_thread(settled)
    shown = await house.notifications.messages.outbox(house.here.receptionist)
    code = next(found[1] for one in shown if (found := re.match(r"(\d{6}) is your", one.text)))
    refused = await http.post("/account/phone/confirm", data={"code": mark("code")})
    assert refused.status_code == 422, refused.text[:300]
    assert (await http.post("/account/phone/confirm", data={"code": code})).status_code == 303
    assert (await http.post("/account/alerts", data={"channels": "sms"})).status_code == 303
    browser = Device(f"https://push.example/{mark('push address')}")
    added = await http.post("/account/push", json=browser.given)
    assert added.status_code == 201, added.text[:300]
    assert PHONE in (await http.get("/account")).text
