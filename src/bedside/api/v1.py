"""The API as FastAPI describes and validates it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from bedside.api.inbox_list import inbox
from bedside.api.queue_list import queue
from bedside.api.shapes import (
    AuditLineShape,
    AuditPage,
    Entries,
    EntryShape,
    Failure,
    FoundPatients,
    Inbox,
    PatientPage,
    PatientShape,
    Queue,
    Words,
)
from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.charts.categories import Category
from bedside.charts.records import ChartFilter
from bedside.edge.context import services_of
from bedside.edge.signed_in import staff_of
from bedside.errors import BedsideError, NotFound, TooMany, WrongInput
from bedside.kernel.language import gettext
from bedside.people.patients import Patient
from bedside.people.permissions import StaffAccess
from bedside.services import Services

_FOUND = 50
_ALL = 2**31
_LATEST = 2**53 - 1
"""The largest whole number that every JSON reader preserves exactly (RFC 8259, section 6)."""

Caller = Annotated[StaffAccess, Depends(staff_of)]
Here = Annotated[Services, Depends(services_of)]
Named = Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$")]
"""An id; NUL is refused in every address (`edge.protection.WellFormed`)."""
Moment = Annotated[int, Query(ge=0, le=_LATEST)]


def _failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Failure} for status in (401, 422, 429, *statuses)}


_WORDS = {
    "required": True,
    "content": {"application/json": {"schema": Words.model_json_schema()}},
}
_ROOM_ID = {"name": "room_id", "in": "path", "required": True, "schema": {"type": "string"}}


def create_api(services: Services) -> FastAPI:
    """Create the application below /api/v1. Its documentation pages are off: they load foreign
    scripts."""
    api = FastAPI(
        title="Bedside",
        version="1",
        description="Sign in on the pages; the session cookie is what this API asks for.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api.state.services = services
    api.add_exception_handler(BedsideError, _expected)
    api.add_exception_handler(HTTPException, _http)
    api.add_exception_handler(RequestValidationError, _invalid)
    add = api.add_api_route
    add("/inbox", inbox, response_model=Inbox, responses=_failures())
    add(
        "/rooms/{room_id}/queue",
        queue,
        response_model=Queue,
        responses=_failures(404),
        openapi_extra={"parameters": [_ROOM_ID]},
    )
    add("/patients", patients, response_model=PatientPage, responses=_failures())
    add(
        "/patients/search",
        search,
        methods=["POST"],
        response_model=FoundPatients,
        responses=_failures(400, 403, 408, 413, 415),
        openapi_extra={"requestBody": _WORDS},
    )
    add(
        "/patients/{patient_id}/entries",
        entries,
        response_model=Entries,
        responses=_failures(404),
    )
    add("/audit", audit, response_model=AuditPage, responses=_failures(400, 403))
    return api


async def patients(
    caller: Caller,
    services: Here,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PatientPage:
    """Patients the caller may see, last added first."""
    found = await services.people.patients.listed(caller, limit=size, offset=(page - 1) * size)
    count = await services.people.patients.count(caller, most=_ALL)
    await services.audit.log.note(
        caller.clinic_id, caller.actor, Action.PATIENTS_LISTED, page=page, shown=len(found)
    )
    return PatientPage(patients=[_patient(one) for one in found], count=count)


async def search(request: Request, caller: Caller, services: Here) -> FoundPatients:
    """Patients by beginnings of names, phone or date of birth. A POST, because addresses are
    logged."""
    # read here and not by FastAPI, which would parse the body before checking who sends it
    try:
        wanted = Words.model_validate_json(await request.body())
    except ValidationError as error:
        raise _wrong(error.errors()) from error
    found = await services.people.patients.find(caller, wanted.words, limit=_FOUND)
    await services.audit.log.note(
        caller.clinic_id, caller.actor, Action.PATIENTS_SEARCHED, shown=len(found)
    )
    return FoundPatients(patients=[_patient(one) for one in found])


async def entries(
    caller: Caller,
    services: Here,
    patient_id: str,
    category: Category | None = None,
    unreviewed: bool = False,
    since: Moment = 0,
    until: Moment = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> Entries:
    """Entries of one chart, newest first."""
    chart = await services.people.permissions.chart(caller, patient_id)
    found = await services.charts.contents.entries(
        chart,
        ChartFilter(
            category=category or "",
            unreviewed=unreviewed,
            since=since,
            until=until,
            limit=limit,
        ),
    )
    await services.audit.log.note(
        caller.clinic_id, caller.actor, Action.CHART_OPENED, patient_id=patient_id
    )
    return Entries(entries=[EntryShape.model_validate(_fields(entry)) for entry in found])


async def audit(
    caller: Caller,
    services: Here,
    patient: Named = "",
    person: Named = "",
    action: Action | None = None,
    since: Moment = 0,
    until: Moment = 0,
    before: Moment = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditPage:
    """Lines of the audit log, newest first."""
    access = services.people.permissions.audit(caller)
    joined = await services.people.joining.before(access.clinic_id, patient)
    wanted = Filter(patient, person, action or "", since, until, before, limit + 1, joined)
    lines = await services.audit.log.lines(access.clinic_id, wanted)
    await services.audit.log.note(
        caller.clinic_id, caller.actor, Action.AUDIT_OPENED, patient_id=patient, lines=len(lines)
    )
    shown = lines[:limit]
    return AuditPage(
        lines=[AuditLineShape.model_validate(line) for line in shown],
        next_before=shown[-1].seq if len(lines) > limit else 0,
    )


def _patient(patient: Patient) -> PatientShape:
    known = patient.demographics.model_dump(include=set(PatientShape.model_fields))
    return PatientShape(id=patient.id, **known)


def _fields(entry: Any) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in EntryShape.model_fields}


# --- failures ------------------------------------------------------------------------------------


def _answer(error: BedsideError) -> JSONResponse:
    said = Failure(code=error.code, sentence=gettext(error.sentence))
    if isinstance(error, WrongInput):
        said.field = error.field
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else None
    return JSONResponse(said.model_dump(), status_code=error.status, headers=headers)


async def _expected(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BedsideError)  # noqa: S101 - registered for this class only
    return _answer(error)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    known = NotFound() if error.status_code == 404 else BedsideError(code="bad_request")
    if error.status_code == 405:
        known = BedsideError("This address does not take that method.", code="wrong_method")
    known.status = error.status_code
    answer = _answer(known)
    answer.headers.update(error.headers or {})
    return answer


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Name the field but never repeat its value: an answer may be logged on the way."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    return _answer(_wrong([{"loc": wrong["loc"][1:]} for wrong in error.errors()]))


def _wrong(errors: Sequence[Mapping[str, Any]]) -> WrongInput:
    return WrongInput(field=".".join(str(part) for part in errors[0]["loc"]) if errors else "")
