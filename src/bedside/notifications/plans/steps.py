"""Making one step of a plan: whether, when and where its messages may go, and what they say.

Looked up at each step, because days lie between them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from bedside.database.sealed import Vault
from bedside.kernel import clock, phones
from bedside.kernel.ids import prefix_of
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.notifications.addresses import usable
from bedside.notifications.messenger import CHANNELS, ChannelName, Notice
from bedside.notifications.plans.findings import GONE
from bedside.notifications.plans.places import Place
from bedside.notifications.plans.rows import PlanRow
from bedside.notifications.plans.subject import (
    COLUMN,
    NoDevices,
    PatientDevices,
    PlanItem,
    Words,
    notice_of,
    push_of,
    sealed_words,
)
from bedside.notifications.plans.table import PUSH_HOURS, Occasion, StepState
from bedside.notifications.text_limits import ManyTexts, TextLimits
from bedside.people.clinics import Clinics
from bedside.people.patients import Demographics

_NO_ADDRESS = {
    "push": N_("No device of the patient gets notifications."),
    "sms": N_("There is no mobile number to which messages can go."),
    "email": N_("There is no e-mail address to which messages can go."),
}
_NO_HOURS = N_("The hours at which the patient may get messages leave no time for it.")
_WAITS = N_("It waits for the hours at which the patient may get messages.")
_MANY_TEXTS = N_("Many text messages went to this number a short time before.")
_NO_PATIENT = N_("The chart is not there any more.")


@dataclass(frozen=True, slots=True)
class Way:
    """A channel as it may be used: why not (`refusal`, a sentence of the catalogue), or from when
    on (`opens_at`)."""

    channel: str
    refusal: str = ""
    opens_at: int = 0


@dataclass(frozen=True, slots=True)
class Ready:
    """The finding about a step. Without messages it is skipped, held until `begins`, or there is
    nothing left to say (cancelled). `channel` is what the step uses, as its row has it."""

    state: StepState
    channel: str
    reason: str = ""
    begins: int = 0
    notices: tuple[Notice, ...] = ()


class StepMaker:
    """Makes the steps of plans. `devices` knows where a push can go, `items` who composes words."""

    def __init__(self, vault: Vault, clinics: Clinics, limits: TextLimits, base_url: str) -> None:
        self._vault = vault
        self._clinics = clinics
        self._limits = limits
        self._base_url = base_url
        self.devices: PatientDevices = NoDevices()
        self._items: dict[str, PlanItem] = {}

    def speak_for(self, prefix: str, item: PlanItem) -> None:
        """Let a domain compose the words about items whose ids begin with `prefix`."""
        self._items[prefix] = item

    def item(self, item_id: str) -> PlanItem | None:
        """Return who composes the words about an item; None if its plan has them sealed."""
        return self._items.get(prefix_of(item_id))

    async def ways(
        self,
        reader: Reader,
        row: PlanRow,
        group: tuple[str, ...],
        patient: Demographics,
        moment: int,
    ) -> list[Way]:
        """Return whether, and from when on, each of these channels may be used, as it is known
        now."""
        zone = (await self._clinics.get(row.clinic_id)).options.time_zone
        found: list[Way] = []
        for channel in group:
            known = (
                bool(await self._devices_for(reader, row))
                if channel == "push"
                else usable(patient, cast(ChannelName, channel))
            )
            refusal = patient.contact.refusal(channel) or ("" if known else _NO_ADDRESS[channel])
            also = (PUSH_HOURS,) if channel == "push" else ()
            opens = patient.contact.opens_at(moment, zone, also=also)
            found.append(Way(channel, refusal or ("" if opens else _NO_HOURS), opens))
        return found

    async def _devices_for(self, reader: Reader, row: PlanRow) -> list[str]:
        """Return the devices of those who see the item, and what it is a part of."""
        within = "" if self.item(row.item_id) else (await self._sealed(row)).get("within", "")
        items = [one for one in (row.item_id, within) if one]
        return await self.devices.of_patient(reader, row.clinic_id, row.patient_id, items)

    async def _sealed(self, row: PlanRow) -> dict[str, str]:
        return (await self._vault.clinic(row.clinic_id)).unseal(COLUMN, row.id, row.content)

    async def ready(
        self,
        work: UnitOfWork,
        row: PlanRow,
        place: Place,
        group: tuple[str, ...],
        patient: Demographics | None,
    ) -> Ready:
        """Look up whether, when and where the messages of a step may go, and compose them if that
        is now."""
        planned = "+".join(group)
        if patient is None:
            return Ready(StepState.SKIPPED, planned, _NO_PATIENT)
        now = clock.now()
        ways = await self.ways(work, row, group, patient, now)
        usable_ways = [way for way in ways if not way.refusal]
        if not usable_ways:
            return Ready(StepState.SKIPPED, planned, ways[0].refusal)
        channels = [way.channel for way in usable_ways if way.opens_at <= now]
        if not channels:
            begins = min(way.opens_at for way in usable_ways)
            return Ready(StepState.HELD, planned, _WAITS, begins)
        return await self._composed(work, row, place, channels, patient)

    async def _composed(
        self,
        work: UnitOfWork,
        row: PlanRow,
        place: Place,
        channels: list[str],
        patient: Demographics,
    ) -> Ready:
        """Compose the messages of a step that may go now."""
        planned = "+".join(channels)
        to: dict[ChannelName, str] = {
            one: _address(patient, one) for one in CHANNELS if one in channels
        }
        if "sms" in to and not await self._may_text(work, row.clinic_id, to["sms"]):
            channels = [one for one in channels if one != "sms"]
            del to["sms"]
        if not channels:
            return Ready(StepState.SKIPPED, planned, _MANY_TEXTS)
        words = await self._words(work, row, place.occasion, to, patient)
        if words is None:
            return Ready(StepState.CANCELLED, planned, GONE)
        notices = [notice_of(row, place, words, one, address) for one, address in to.items()]
        if "push" in channels:
            clinic = await self._clinics.get(row.clinic_id)
            devices = await self._devices_for(work, row)
            base = self._base_url
            notices += [push_of(row, place, words, clinic, patient, one, base) for one in devices]
        return Ready(StepState.SENDING, "+".join(channels), notices=tuple(notices))

    async def _may_text(self, work: UnitOfWork, clinic_id: str, number: str) -> bool:
        """Count a text message to a number; False if there were too many."""
        try:
            await self._limits.take(work, clinic_id, number)
        except ManyTexts:
            return False
        return True

    async def _words(
        self,
        work: UnitOfWork,
        row: PlanRow,
        occasion: Occasion,
        to: Mapping[ChannelName, str],
        patient: Demographics,
    ) -> Words | None:
        item = self.item(row.item_id)
        if item is not None:
            return await item.words(work, row, occasion, to, patient)
        sealed = await self._sealed(row)
        clinic = await self._clinics.get(row.clinic_id)
        return sealed_words(sealed, clinic, patient, self._base_url)


def _address(patient: Demographics, channel: str) -> str:
    if channel == "email":
        return patient.email
    phone = phones.known(patient.phone)
    return phone.number if phone else patient.phone
