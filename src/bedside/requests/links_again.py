"""“Send me my link again”, by itself: somebody types the number or e-mail address to which the
clinic writes, and links to what is open go there once more.

Asking looks nothing up. A job does, later, so neither the answer nor the time it takes says whether
the clinic knows the address. A link goes only to an address that is the patient's own, and asks for
the date of birth, so whoever typed a stranger's number gets nothing; the limits see to it that the
stranger does not get much either.
"""

import base64
from typing import Any

from sqlalchemy import bindparam, select

from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import ActorKind
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared, unindexed
from bedside.errors import TooMany
from bedside.kernel import clock, faults
from bedside.kernel.ids import new_id
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.notifications.messenger import ChannelName
from bedside.notifications.text_limits import ManyTexts, TextLimits
from bedside.people.by_address import Address, PatientsByAddress
from bedside.people.patients import Patient
from bedside.people.throttling import Bucket, Rule, Throttle
from bedside.requests import records
from bedside.requests.invitations.details import KEY as INVITATION
from bedside.requests.models import requests
from bedside.requests.records import RequestRow
from bedside.requests.service import Requests
from bedside.visits.lost_places import LostPlace, LostPlaces

SEND_AGAIN = "links.send_again"
MOST = 4
"""Messages for one question: newest first. More to one phone at once looks like a mistake."""
PAUSE = Bucket("throttle.links_again.pause", holds=1, every=10 * clock.MINUTE)
"""Questions for one address: one in ten minutes, so that pressing twice sends once."""
A_DAY = Bucket("throttle.links_again.day", holds=3, every=8 * clock.HOUR)
"""And three in a row, then one every eight hours."""
OF_CLINIC = Bucket("throttle.links_again.clinic", holds=120, every=clock.MINUTE)
"""Questions of a whole clinic to which something is sent."""
_COLUMN = "links_again.address"

_of_patient = prepared(
    select(requests)
    .where(
        requests.c.patient_id == bindparam("patient"),
        unindexed(requests.c.clinic_id) == bindparam("clinic"),
        requests.c.expires_at > bindparam("since"),
    )
    .order_by(requests.c.id.desc())
    .limit(MOST * 5),
    RequestRow,
)


class LinksAgain:
    """Takes such questions, and answers them in the background."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        throttle: Throttle,
        limits: TextLimits,
        patients: PatientsByAddress,
        requests: Requests,
        places: LostPlaces,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._throttle = throttle
        self._limits = limits
        self._patients = patients
        self._requests = requests
        self._places = places

    async def ask(self, clinic_id: str, address: Address, network: str, *, target: str) -> None:
        """Take a question. The same happens for every address; asking again before the first
        question was answered changes nothing. `target` is the room or request where it was asked,
        `network` the address that it came from."""
        keys = await self._vault.clinic(clinic_id)
        ask_id = new_id("los")
        sealed = keys.seal(_COLUMN, ask_id, {"channel": address.channel, "to": address.to})
        payload = {
            "clinic_id": clinic_id,
            "ask_id": ask_id,
            "address": base64.b64encode(sealed).decode(),
        }
        # A job that was given up keeps its name: it stops questions for as long as the pause only.
        unique = f"{SEND_AGAIN}:{keys.token(_COLUMN, address.to)}:{clock.now() // PAUSE.every}"
        async with self._database.unit_of_work() as work:
            work.enqueue(SEND_AGAIN, payload, unique=unique)
            somebody = Actor(ActorKind.UNKNOWN, "", network)
            await self._audit.record(work, clinic_id, somebody, Action.LINK_MISSED, target=target)
        faults.point("link.missed")

    async def send(self, payload: dict[str, Any]) -> None:
        """Job: send links to what is open for this address; nothing if there is nothing, or if it
        was asked too often. After a kill the pause keeps a second run from sending twice."""
        clinic_id, ask_id = payload["clinic_id"], payload["ask_id"]
        keys = await self._vault.clinic(clinic_id)
        address = _address(keys, payload)
        places = (await self._places.at(clinic_id, address))[:MOST]
        patients = await self._patients.of(clinic_id, address)
        wanted = await self._requests_of(address, patients, places)
        if not (wanted or places):
            return
        async with self._database.unit_of_work() as work:
            if await self._answer(work, clinic_id, address, wanted, places, ask_id):
                faults.point("link.sending_again")
        faults.point("link.sent_again")

    async def _requests_of(
        self, address: Address, patients: list[Patient], places: list[LostPlace]
    ) -> dict[str, str]:
        """Return the ids of what patients can still answer, the newest, with how their card writes
        the address. Whoever is in a visit gets the link back to it in place of invitations; a
        patient without a date of birth could not answer."""
        in_visit = {place.patient_id for place in places}
        since = clock.now() - records.STILL_WANTED
        found: dict[str, str] = {}
        for patient in patients:
            if patient.demographics.birth_date is None:
                continue
            async with self._database.read() as db:
                of_patient = {"patient": patient.id, "clinic": patient.clinic_id}
                rows = await db.all(_of_patient, **of_patient, since=since)
            to = address.as_stored(patient.demographics)
            for row in rows:
                is_there = row.kind == INVITATION and patient.id in in_visit
                if records.is_sent_by_itself(row) and not is_there:
                    found[row.id] = to
        newest = sorted(found, key=lambda request_id: request_id.partition("_")[2])
        return {one: found[one] for one in newest[::-1][: MOST - len(places)]}

    async def _answer(
        self,
        work: UnitOfWork,
        clinic_id: str,
        address: Address,
        wanted: dict[str, str],
        places: list[LostPlace],
        ask_id: str,
    ) -> bool:
        """Send the links, if the limits allow it: all of them or none, in one unit of work. Returns
        whether something was sent."""
        # All are locked before anything is written, requests before visits: the audit line of one
        # would otherwise wait for whoever has locked another.
        locked = [await records.locked(work, one) for one in sorted(wanted)]
        visits = [(one, await self._places.lock(work, one)) for one in places]
        rules: tuple[tuple[Rule, str], ...] = (
            (PAUSE, f"{clinic_id}\0{address.to}"),
            (A_DAY, f"{clinic_id}\0{address.to}"),
            (OF_CLINIC, clinic_id),
        )
        try:
            await self._throttle.check_in(work, *rules)
            if address.channel == "sms":
                await self._limits.require(work, clinic_id, address.to)
        except (TooMany, ManyTexts):
            return False
        sent = 0
        for row in locked:
            if row is not None:
                to: dict[ChannelName, str] = {address.channel: wanted[row.id]}
                sent += await self._requests.send_again(work, row, to, ask_id)
        for place, visit in visits:
            if visit is not None:
                await self._places.send(work, visit, place, address, ask_id)
                sent += 1
        if sent:
            await self._throttle.failed(work, *rules)
        ways_back = sum(visit is not None for _place, visit in visits)
        if ways_back and address.channel == "sms":  # plans count those of requests
            await self._limits.count(work, clinic_id, address.to, ways_back)
        return sent > 0


def _address(keys: ClinicKeys, payload: dict[str, Any]) -> Address:
    sealed = keys.unseal(_COLUMN, payload["ask_id"], base64.b64decode(payload["address"]))
    return Address(sealed["channel"], sealed["to"])
