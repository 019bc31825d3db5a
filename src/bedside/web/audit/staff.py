"""The audit log: who did what, to which patient's data, when and from where (feature S3)."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bedside.audit import Action
from bedside.audit.recorder import Verification
from bedside.edge.context import services_of
from bedside.edge.feature import features_of
from bedside.edge.forms import form_of
from bedside.edge.fragments import prepare, wants_fragment
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.edge.shell import shell
from bedside.edge.signed_in import staff_of
from bedside.kernel.language import gettext
from bedside.people.patients import Patient
from bedside.people.permissions import AuditAccess
from bedside.web.audit.export import exported
from bedside.web.audit.filter import Wanted, wanted_by
from bedside.web.audit.lines import texts_of

_PAGE = 50
_CHOICES = 12


@dataclass(slots=True)
class Extras:
    """Everything on a page of the log beside its lines."""

    verification: Verification | None = None
    words: str = ""
    choices: list[Patient] | None = None


async def listed(request: Request) -> Response:
    """GET /audit: lines that match the filters, newest first. Opening it is audited too."""
    audit = services_of(request).people.permissions.audit(await shell(request, "audit"))
    return await _page(request, audit, Extras())


async def find_patient(request: Request) -> Response:
    """POST /audit/patient: patients of the clinic by name, phone or birth, to filter by one."""
    audit = services_of(request).people.permissions.audit(await shell(request, "audit"))
    services = services_of(request)
    words = (await form_of(request)).line("words")[:200]
    choices = await services.people.patients.find_in_clinic(audit, words, limit=_CHOICES)
    await services.audit.looks.note(
        audit.clinic_id,
        audit.staff.actor,
        audit.staff.session_id,
        Action.PATIENTS_SEARCHED,
        shown=len(choices),
    )
    return await _page(request, audit, Extras(words=words, choices=choices))


async def verify(request: Request) -> Response:
    """POST /audit/verify: verify the clinic's chain and show the result."""
    fragment = wants_fragment(request)
    staff = await (prepare(request) if fragment else shell(request, "audit"))
    services = services_of(request)
    audit = services.people.permissions.audit(staff)
    verification = await services.audit.log.verify(audit.clinic_id)
    if fragment:
        return render(request, "audit/verification.html", verification=verification)
    return await _page(request, audit, Extras(verification=verification))


async def export(request: Request) -> Response:
    """GET /audit/export: the lines that match the filters as CSV (RFC 4180), itself audited."""
    services = services_of(request)
    audit = services.people.permissions.audit(await staff_of(request))
    clinic = await services.people.clinics.get(audit.clinic_id)
    wanted = wanted_by(request.query_params, clinic.options.time_zone)
    await services.audit.log.note(
        audit.clinic_id,
        audit.staff.actor,
        Action.AUDIT_EXPORTED,
        patient_id=wanted.patient,
        filters=wanted.named(),
    )
    return StreamingResponse(
        exported(services, audit, wanted),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


async def _page(request: Request, audit: AuditAccess, extras: Extras) -> Response:
    services = services_of(request)
    clinic = await services.people.clinics.get(audit.clinic_id)
    wanted = wanted_by(request.query_params, clinic.options.time_zone)
    joined = await services.people.joining.before(audit.clinic_id, wanted.patient)
    lines = await services.audit.log.lines(audit.clinic_id, wanted.filter(_PAGE + 1, joined))
    await services.audit.log.note(
        audit.clinic_id,
        audit.staff.actor,
        Action.AUDIT_OPENED,
        patient_id=wanted.patient,
        filters=wanted.named(),
    )
    older = lines[_PAGE - 1].seq if len(lines) > _PAGE else 0
    patient = await services.people.patients.named(audit.clinic_id, {wanted.patient} - {""})
    return render(
        request,
        "audit/log.html",
        lines=await texts_of(request, audit, lines[:_PAGE], clinic.options.time_zone),
        wanted=wanted,
        patient_name=patient.get(wanted.patient, ""),
        people=await services.people.staff.of_log(audit),
        actions=_actions(request),
        older=_address(wanted, before=older) if older else "",
        newer=_address(wanted) if wanted.before else "",
        export_href=_address(wanted, path="/audit/export"),
        without_patient=_address(replace(wanted, patient="")),
        verification=extras.verification,
        words=extras.words,
        choices=extras.choices,
    )


def _actions(request: Request) -> list[tuple[str, str]]:
    """Return (name, sentence) of everything that writes a line, in the order of the list."""
    sentences = features_of(request).sentences
    return [
        (str(action), gettext(sentences[action].text).format(who="…", patient="…"))
        for action in Action
    ]


def _address(wanted: Wanted, *, path: str = "/audit", before: int = 0) -> str:
    """Return an address with the filters: ids, names of actions and dates, never names of
    people."""
    given: dict[str, Any] = {k: v for k, v in wanted.as_given().items() if v and k != "before"}
    if before:
        given["before"] = before
    return f"{path}?{urlencode(given)}" if given else path


routes = [
    staff_route("/audit", listed),
    staff_route("/audit/patient", find_patient, methods=["POST"]),
    staff_route("/audit/verify", verify, methods=["POST"]),
    staff_route("/audit/export", export),
]
