"""Joining two charts of one person: find the other chart, compare, join, and undo."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.audit import Action
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.labels import language_name
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.errors import WrongInput
from bedside.kernel import phones
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.joining import Preview, chosen_from
from bedside.people.likeness import Likeness
from bedside.people.patients import Demographics, Patient
from bedside.people.permissions import ChartAccess

JOINED = flash_message(
    "charts_joined",
    N_("The two charts are one now. “Join with another chart” undoes it for 30 days."),
)
PARTED = flash_message(
    "charts_parted", N_("The patients have charts of their own again."), "attention"
)
_MOST_FOUND = 12
_FIELDS = {
    "name": N_("Name"),
    "birth_date": N_("Date of birth"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "language": N_("Speaks"),
    "pronouns": N_("Pronouns"),
}
_PARTS = {
    "entries": N_("Files"),
    "visits": N_("Visits"),
    "requests": N_("Requests"),
    "invitations": N_("Invitations"),
    "messages": N_("Messages"),
}


@dataclass(frozen=True, slots=True)
class Detail:
    """One detail of both patients. `differs`: staff choose which one stays."""

    name: str
    label: str
    kept: Any
    joined: Any

    @property
    def differs(self) -> bool:
        """Whether both are known and not the same."""
        return bool(self.kept and self.joined and self.kept != self.joined)


async def page(request: Request) -> Response:
    """GET /patients/{patient_id}/join: search, or with `other` both charts side by side."""
    staff = await shell(request, "patients")
    people = services_of(request).people
    chart = await people.permissions.chart(staff, request.path_params["patient_id"])
    other = request.query_params.get("other", "")
    if is_id(other, "pat"):
        return await _compare(request, chart, await people.permissions.chart(staff, other))
    return await _search(request, chart)


async def act(request: Request) -> Response:
    """POST …/join: search (`do` is find), join the charts (join), part them (undo)."""
    staff = await shell(request, "patients")
    people = services_of(request).people
    chart = await people.permissions.chart(staff, request.path_params["patient_id"])
    form = await form_of(request)
    if form["do"] == "undo":
        parted = await people.joining.undo(chart, form["join"])
        return redirect(f"/patients/{parted}/card", PARTED)
    if form["do"] != "join":
        return await _search(request, chart, form.line("words")[:200])
    other = await people.permissions.chart(staff, form["other"])
    if form["same"] != "yes":
        return await _compare(request, chart, other, form, unsure=True)
    mine = await people.patients.get(chart)
    theirs = await people.patients.get(other)
    wanted = [name for name in _FIELDS if form[f"choice_{name}"] == "joined"]
    await people.joining.join(
        chart, other, chosen_from(mine.demographics, theirs.demographics, wanted)
    )
    return redirect(f"/patients/{chart.patient_id}/card", JOINED)


async def _search(request: Request, chart: ChartAccess, words: str = "") -> Response:
    services = services_of(request)
    patient = await services.people.patients.get(chart)
    found = await _found(request, chart, patient, words)
    await services.audit.looks.note(
        chart.clinic_id,
        chart.actor,
        chart.staff.session_id,
        Action.PATIENTS_SEARCHED,
        shown=len(found),
    )
    joins = await services.people.joining.of(chart)
    by = await services.people.staff.named(chart.clinic_id, {join.by for join in joins})
    clinic = await services.people.clinics.get(chart.clinic_id)
    return render(
        request,
        "joining/search.html",
        patient=patient,
        words=words,
        found=found,
        joins=joins,
        by=by,
        zone=clinic.options.time_zone,
    )


async def _found(
    request: Request, chart: ChartAccess, patient: Patient, words: str
) -> list[tuple[Patient, Likeness | None]]:
    """Return whom the words find; without words, who is likely the same person and why, and who
    was born on the same day."""
    people, born = services_of(request).people, patient.demographics.birth_date
    found: dict[str, tuple[Patient, Likeness | None]] = {}
    if not words:
        likely = await people.likely.person_seen_by(chart.staff, patient.demographics)
        found = {one.patient.id: (one.patient, one.likeness) for one in likely}
        words = born.isoformat() if born else ""
    if words:
        for one in await people.patients.find(chart.staff, words, limit=_MOST_FOUND):
            found.setdefault(one.id, (one, None))
    found.pop(chart.patient_id, None)
    return list(found.values())


async def _compare(
    request: Request,
    chart: ChartAccess,
    other: ChartAccess,
    form: Form | None = None,
    *,
    unsure: bool = False,
) -> Response:
    services = services_of(request)
    try:
        preview = await services.people.joining.preview(chart, other)
    except WrongInput:
        return redirect(f"/patients/{chart.patient_id}/join")
    for one in (chart, other):
        await services.audit.looks.note(
            one.clinic_id,
            one.actor,
            one.staff.session_id,
            Action.PATIENT_OPENED,
            patient_id=one.patient_id,
        )
    kept, joined = preview.kept.demographics, preview.joined.demographics
    return render(
        request,
        "joining/compare.html",
        status=422 if unsure else 200,
        kept=preview.kept,
        joined=preview.joined,
        details=_details(kept, joined),
        parts=_parts(preview),
        born_differs=bool(
            kept.birth_date and joined.birth_date and kept.birth_date != joined.birth_date
        ),
        more_in_other=sum(p.joined for p in preview.parts) > sum(p.kept for p in preview.parts),
        chosen={name: form[f"choice_{name}"] if form else "kept" for name in _FIELDS},
        errors=[("same", _("Say that this is one person, or go back."))] if unsure else [],
    )


def _details(kept: Demographics, joined: Demographics) -> list[Detail]:
    return [
        Detail(name, _(label), _shown(name, kept), _shown(name, joined))
        for name, label in _FIELDS.items()
    ]


def _shown(name: str, who: Demographics) -> str | date | None:
    value = getattr(who, name)
    if name == "phone":
        return phones.shown(value)
    return language_name(value) if name == "language" else value


def _parts(preview: Preview) -> list[tuple[str, int, int]]:
    return [
        (_(_PARTS[part.what]), part.kept, part.joined)
        for part in preview.parts
        if part.what in _PARTS and (part.kept or part.joined)
    ]


routes = [
    staff_route("/patients/{patient_id}/join", page),
    staff_route("/patients/{patient_id}/join", act, methods=["POST"]),
]
