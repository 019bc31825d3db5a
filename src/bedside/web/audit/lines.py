"""Lines of the audit log as the page displays them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from starlette.requests import Request

from bedside.audit import Action
from bedside.audit.actors import ActorKind
from bedside.audit.recorder import Line
from bedside.charts import channels
from bedside.edge.context import services_of
from bedside.edge.feature import Sentence, features_of
from bedside.edge.formats import ago, iso, moment
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import AuditAccess
from bedside.services import Services
from bedside.web.audit.sentences import DETAILS

_SOMEBODY = {
    ActorKind.SYSTEM: "Bedside",
    ActorKind.PATIENT: N_("The patient"),
    ActorKind.PROXY: N_("A proxy"),
    ActorKind.GUEST: N_("A guest"),
    ActorKind.UNKNOWN: N_("Somebody"),
}
_UNNAMED = Sentence("info", N_("{who}: something that this version does not know"), "attention")


@dataclass(frozen=True, slots=True)
class LineText:
    """One line: a sentence with an icon, when and from where, and all details."""

    seq: int
    icon: str
    tone: str
    sentence: Markup
    plain: str
    who: str
    patient: str
    patient_id: str
    action: str
    iso: str
    ago: str
    exact: str
    address: str
    details: list[tuple[str, str]]


class Names:
    """Names of those who appear in some lines. People and patients who are gone have none."""

    def __init__(self, staff: dict[str, str], patients: dict[str, str]) -> None:
        self._staff = staff
        self._patients = patients

    @classmethod
    async def of(cls, services: Services, audit: AuditAccess, lines: list[Line]) -> "Names":
        """Look up everybody at once."""
        staff = {line.actor_id for line in lines if line.actor_kind == ActorKind.STAFF}
        patients = {line.patient_id for line in lines if line.patient_id}
        return cls(
            await services.people.staff.named(audit.clinic_id, staff),
            await services.people.patients.named(audit.clinic_id, patients),
        )

    def who(self, line: Line) -> str:
        """Return the actor's name."""
        if line.actor_kind == ActorKind.STAFF:
            return self._staff.get(line.actor_id, _("A former colleague"))
        if line.actor_kind == ActorKind.PATIENT and line.patient_id in self._patients:
            return self._patients[line.patient_id]
        return _(_SOMEBODY[ActorKind(line.actor_kind)])

    def patient(self, line: Line) -> str:
        """Return whose record it was; “a patient” if the line names none."""
        return self._patients.get(line.patient_id, _("a patient"))


async def texts_of(
    request: Request, audit: AuditAccess, lines: list[Line], zone: str
) -> list[LineText]:
    """Return lines for the page, in the same order."""
    names = await Names.of(services_of(request), audit, lines)
    sentences = features_of(request).sentences
    return [_text_of(names, line, _sentence(sentences, line), zone) for line in lines]


def _sentence(sentences: Mapping[Action, Sentence], line: Line) -> Sentence:
    return sentences[Action(line.action)] if line.action in set(Action) else _UNNAMED


def _text_of(names: Names, line: Line, sentence: Sentence, zone: str) -> LineText:
    who, patient = names.who(line), names.patient(line)
    text = _(sentence.text)
    return LineText(
        seq=line.seq,
        icon=sentence.icon,
        tone=sentence.tone,
        sentence=escape(text).format(who=_strong(who), patient=_strong(patient)),
        plain=text.format(who=who, patient=patient),
        who=who,
        patient=patient if line.patient_id else "",
        patient_id=line.patient_id,
        action=line.action,
        iso=iso(line.at),
        ago=ago(line.at),
        exact=moment(line.at, zone),
        address=str(line.details.get("address", "")),
        details=details_of(line),
    )


def _strong(name: str) -> Markup:
    return Markup("<b>{}</b>").format(name)


def details_of(line: Line) -> list[tuple[str, str]]:
    """Return all other details of a line, named; the address is shown beside the sentence."""
    shown = [
        (_(DETAILS[key]) if key in DETAILS else key, _value(key, value))
        for key, value in line.details.items()
        if key != "address"
    ]
    if line.subject_id:
        shown.append((_("About"), line.subject_id))
    return shown


def _value(key: str, value: Any) -> str:
    if key == "channel" and value in channels.LABELS:
        return _(channels.LABELS[value])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType] - what JSON held
        return ", ".join(str(item) for item in items) or _("none")
    return str(value)
