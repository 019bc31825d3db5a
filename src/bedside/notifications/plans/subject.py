"""The subject of a plan, and the messages of its steps."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import Reader
from bedside.notifications.messenger import ChannelName, Notice
from bedside.notifications.plans.rows import PlanRow
from bedside.notifications.plans.table import PlanKind
from bedside.notifications.texts import in_language, outgoing_text
from bedside.people.clinics import Clinic
from bedside.people.contact import ContactRules
from bedside.people.patients import Demographics

COLUMN = "message_plans.content"
PUSH_WAITS = 24 * 3600
"""Seconds for which a push waits for its device: a phone that was off over night still shows it."""
SHOWN = "/push/shown"
"""The path to which a device reports that it has shown a notification."""
DECLARATIVE = 8030
"""The number by which browsers know a push that they can show without a script (RFC 8030)."""


@dataclass(frozen=True, slots=True)
class PlanSubject:
    """An item that a patient should see. `item_id` names it, and the same item never makes a second
    plan. The words are in the patient's language and carry no health information (feature N2):
    `title` is a subject line or the title on a device, `said` a sentence before the link, `path`
    the page where the item is, `after` a closing sentence of an e-mail. `within` is what the item
    is a part of, such as the conversation of a message. Its repr omits the words."""

    kind: PlanKind
    clinic_id: str
    patient_id: str
    item_id: str
    title: str
    said: str
    path: str
    after: str = ""
    within: str = ""

    def __repr__(self) -> str:
        return f"PlanSubject({self.kind}, {self.item_id})"

    def words(self) -> dict[str, Any]:
        """Return what is sealed of it."""
        told = asdict(self)
        return {name: told[name] for name in ("title", "said", "path", "after", "within")}


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


def cause_of(row: PlanRow) -> str:
    """Return the cause of the messages of the step in hand: the same step never sends twice."""
    return f"{row.id}/{row.round}/{row.number}"


def notice_of(
    row: PlanRow, words: dict[str, Any], clinic: Clinic, channel: ChannelName, to: str, base: str
) -> Notice:
    """Return the message of a step by SMS or e-mail."""
    said = outgoing_text(
        clinic,
        subject=words["title"],
        said=words["said"],
        link=base + words["path"],
        after=words["after"],
    )
    mail = channel == "email"
    return Notice(
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        cause_id=cause_of(row),
        channel=channel,
        to=to,
        text=said.text,
        subject=said.subject if mail else "",
        html=said.html if mail else "",
    )


def push_of(
    row: PlanRow,
    words: dict[str, Any],
    clinic: Clinic,
    patient: Demographics,
    device: str,
    base: str,
) -> Notice:
    """Return the notification on one device, in the declarative form that the app's worker shows as
    well: https://webkit.org/blog/16535/meet-declarative-web-push/"""
    with in_language(patient.language):
        title = _title(words, clinic, patient.contact)
    cause = f"{cause_of(row)}/{device}"
    payload = {
        "web_push": DECLARATIVE,
        "notification": {
            "title": title["title"],
            "body": title["body"],
            "lang": patient.language,
            "tag": row.id,
            "navigate": base + words["path"],
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
    )


def _title(words: dict[str, Any], clinic: Clinic, rules: ContactRules) -> dict[str, str]:
    if rules.neutral:
        return {"title": _("A message for you"), "body": ""}
    code = _("Your code word: {word}").format(word=rules.code_word) if rules.code_word else ""
    return {"title": clinic.name, "body": " ".join(part for part in (words["title"], code) if part)}
