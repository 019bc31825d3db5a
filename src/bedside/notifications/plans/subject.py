"""The subject of a plan, what its messages say, and the messages themselves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Reader, UnitOfWork
from bedside.notifications.messenger import ChannelName, Notice, Outcome
from bedside.notifications.plans.places import Place
from bedside.notifications.plans.rows import PlanRow
from bedside.notifications.plans.table import DEFAULT_WAYS, Occasion, PlanKind, stored_ways
from bedside.notifications.texts import OutgoingText, in_language, outgoing_text
from bedside.people.clinics import Clinic
from bedside.people.contact import ContactRules
from bedside.people.patients import Demographics

COLUMN = "message_plans.content"
_SEALED = ("title", "said", "path", "after", "within")
PUSH_WAITS = 24 * 3600
"""Seconds for which a push waits for its device: a phone that was off over night still shows it."""
SHOWN = "/push/shown"
"""The path to which a device reports that it has shown a notification."""
OVER = "/push/over"
"""The path at which a device asks which notifications it should not show any more."""
DECLARATIVE = 8030
"""The number by which browsers know a push that they can show without a script (RFC 8030)."""


@dataclass(frozen=True, slots=True)
class PlanSubject:
    """An item that a patient should see. `item_id` names it, and the same item never makes a second
    plan. The words are in the patient's language and carry no health information (feature N2):
    `title` is a subject line or the title on a device, `said` a sentence before the link, `path`
    the page where the item is, `after` a closing sentence of an e-mail; an item whose domain
    composes its words (`PlanItem`) has none here. `ways` are the ways in their order, each with the
    channels that it uses at once. `round` is the round of its links, and `next_at` when it reminds
    of itself (0: never). `within` is what the item is a part of, such as the conversation of a
    message. Its repr omits the words."""

    kind: PlanKind
    clinic_id: str
    patient_id: str
    item_id: str
    title: str = ""
    said: str = ""
    path: str = ""
    after: str = ""
    within: str = ""
    ways: tuple[tuple[str, ...], ...] = DEFAULT_WAYS
    round: int = 1
    next_at: int = 0

    def __repr__(self) -> str:
        return f"PlanSubject({self.kind}, {self.item_id})"

    def words(self) -> dict[str, Any]:
        """Return what is sealed of it."""
        return {name: getattr(self, name) for name in _SEALED}

    def stored_ways(self) -> str:
        """Return its ways as its row has them, "" for the usual ones."""
        return "" if self.ways == DEFAULT_WAYS else stored_ways(self.ways)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the messages of one step: `text` by SMS and e-mail, `title` on a device, where
    `path` opens. `attached` refers to what goes along with the e-mail."""

    text: OutgoingText
    title: str
    path: str
    attached: str = ""

    def __repr__(self) -> str:
        return "Words()"


class PlanItem(Protocol):
    """The domain of an item that composes the words of each step itself, such as a request, whose
    link is another one each time."""

    async def lock(self, work: UnitOfWork, item_id: str) -> None:
        """Lock the item: always before its plan, so that no two wait for each other."""
        ...

    async def words(
        self,
        work: UnitOfWork,
        row: PlanRow,
        occasion: Occasion,
        to: Mapping[ChannelName, str],
        patient: Demographics,
    ) -> Words | None:
        """Return what to say, by SMS and e-mail to these addresses; None if there is nothing to say
        any more."""
        ...

    async def progressed(
        self, work: UnitOfWork, row: PlanRow, outcomes: frozenset[Outcome]
    ) -> None:
        """Follow the messages of the plan's round; `outcomes` are theirs."""
        ...


class PatientDevices(Protocol):
    """Knows the devices on which a patient, or somebody who helps them, gets notifications."""

    async def of_patient(
        self, reader: Reader, clinic_id: str, patient_id: str, items: Sequence[str]
    ) -> list[str]:
        """Return the ids of those that can be reached about some items: whoever does not see one
        of them learns of none."""
        ...


class NoDevices:
    """Stands for the devices where there are no accounts."""

    async def of_patient(
        self, reader: Reader, clinic_id: str, patient_id: str, items: Sequence[str]
    ) -> list[str]:
        """Return none."""
        return []


def sealed_words(
    sealed: Mapping[str, str], clinic: Clinic, patient: Demographics, base: str
) -> Words:
    """Return the words of an item whose domain gave them when its plan began."""
    with in_language(patient.language):
        text = outgoing_text(
            clinic,
            subject=sealed["title"],
            said=sealed["said"],
            link=base + sealed["path"],
            after=sealed["after"],
        )
    return Words(text, sealed["title"], sealed["path"])


def notice_of(row: PlanRow, place: Place, words: Words, channel: ChannelName, to: str) -> Notice:
    """Return the message of a step by SMS or e-mail."""
    mail = channel == "email"
    return Notice(
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        cause_id=place.cause,
        channel=channel,
        to=to,
        text=words.text.text,
        subject=words.text.subject if mail else "",
        html=words.text.html if mail else "",
        attached=words.attached if mail else "",
    )


def push_of(
    row: PlanRow,
    place: Place,
    words: Words,
    clinic: Clinic,
    patient: Demographics,
    device: str,
    base: str,
) -> Notice:
    """Return the notification on one device, in the declarative form that the app's worker shows as
    well: https://webkit.org/blog/16535/meet-declarative-web-push/"""
    with in_language(patient.language):
        title = _title(words.title, clinic, patient.contact)
    cause = f"{place.cause}/{device}"
    payload = {
        "web_push": DECLARATIVE,
        "notification": {
            "title": title["title"],
            "body": title["body"],
            "lang": patient.language,
            "tag": row.id,
            "navigate": base + words.path,
            "data": {"shown": SHOWN, "cause": cause},
        },
        "mutable": True,
    }
    return Notice(
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        cause_id=cause,
        channel="push",
        to=device,
        text=json.dumps(payload, ensure_ascii=False),
        waits_for=PUSH_WAITS,
        topic=row.id,
        can_wait=row.kind == PlanKind.NORMAL,
    )


def _title(title: str, clinic: Clinic, rules: ContactRules) -> dict[str, str]:
    if rules.neutral:
        return {"title": _("A message for you"), "body": ""}
    code = _("Your code word: {word}").format(word=rules.code_word) if rules.code_word else ""
    return {"title": clinic.name, "body": "\n".join(part for part in (title, code) if part)}
