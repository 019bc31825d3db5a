"""Sending files from the patient's app: by a queue that the phone keeps, and without script by a
form (features P8, F14, F16)."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.charts import categories
from bedside.charts.categories import Category
from bedside.edge import tus
from bedside.edge.accounts import page_in_app, patient_side_of
from bedside.edge.app_shell import AppPage, app_page
from bedside.edge.bodies import form_parts
from bedside.edge.context import services_of
from bedside.edge.flash import flash_message, redirect
from bedside.edge.paper_words import paper_words
from bedside.edge.protection import Rate, require_rate
from bedside.edge.rendering import render
from bedside.edge.routes import app_route
from bedside.edge.signed_in import APP
from bedside.errors import BedsideError, NotSignedIn, TooLarge, WrongInput
from bedside.files.announcing import Allowance, Announced, FileRefused, Upload
from bedside.files.options import UploadOptions
from bedside.files.receiving import SenderGone
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import PatientAccess
from bedside.people.record_parts import Part
from bedside.web.sending.words import words

SENT = flash_message("app_files_sent", N_("Sent. The clinic has it, and checks it for viruses."))
LONGEST = 1_000
"""Characters of a comment."""
_SENDING = Rate("sending", per_second=0.5, burst=120)
_TOO_FAST = N_("That is many files in a short time. They go on by themselves in a moment.")
OFFERED = (
    Category.OTHER,
    Category.PATIENT_PHOTO,
    Category.LAB_RESULTS,
    Category.IMAGING,
    Category.OUTSIDE_RECORDS,
    Category.REFERRAL,
    Category.INSURANCE,
    Category.FORM,
    Category.CONSENT,
)
"""Categories of what patients send; summaries and information come from the clinic."""


class AnotherPerson(NotSignedIn):
    """The file was chosen by somebody else than the person who is signed in now."""

    code = "another_person"
    sentence = N_("Somebody else is signed in now. The file stays with who has chosen it.")


async def page(request: Request) -> Response:
    """GET /app/{patient_id}/send: choose, photograph, and what became of it."""
    at = await app_page(request, "files")
    return await _page(request, at)


async def _page(
    request: Request, at: AppPage, error: BedsideError | None = None, **typed: str
) -> Response:
    allowance = _allowance(at)
    return render(
        request,
        "sending/send.html",
        status=error.status if error else 200,
        here=page_in_app(at.side.patient_id),
        error=_(error.sentence) if error else "",
        offered=[(str(one), _(categories.LABELS[one])) for one in OFFERED],
        largest=allowance.largest,
        longest=LONGEST,
        words=words(allowance.largest),
        paper=paper_words(),
        typed={"comment": "", "category": Category.OTHER, **typed},
        **await _sent(request, at),
    )


async def listed(request: Request) -> Response:
    """GET /app/{patient_id}/send/list: what is at the clinic, alone, for the page's script."""
    at = await app_page(request, "files")
    found = await _sent(request, at)
    return render(request, "sending/sent.html", here=page_in_app(at.side.patient_id), **found)


async def _sent(request: Request, at: AppPage) -> dict[str, Any]:
    services = services_of(request)
    sent = await services.files.by_patients.sent(at.side)
    others = {one.entry.sender_id for one in sent if one.entry.sender_kind == "proxy"}
    return {
        "sent": sent,
        "me": at.side.actor.id,
        "names": await services.accounts.all.named(at.clinic.id, others),
        "pictured": await services.files.of_patients.with_thumbnail([one.entry for one in sent]),
    }


async def take(request: Request) -> Response:
    """POST /app/{patient_id}/send: files from a form without script. Fields: category, comment,
    then file, once or several times."""
    at = await app_page(request, "files")
    services, typed, taken = services_of(request), {"category": "", "comment": ""}, 0
    require_rate(request, _SENDING, at.side.owner_id, _TOO_FAST)
    try:
        async for part in form_parts(request):
            if part.name in typed:
                typed[part.name] = (await part.text())[:LONGEST]
            elif part.name == "file" and part.file_name:
                await services.files.by_patients.take(
                    at.side, part.file_name, part.chunks(), _allowance(at), **typed
                )
                taken += 1
    except (FileRefused, TooLarge) as error:
        return await _page(request, at, error, **typed)
    except SenderGone:
        return redirect(page_in_app(at.side.patient_id, "/send"))
    if not taken:
        error = WrongInput(N_("Please choose a file first."), field="file")
        return await _page(request, at, error, **typed)
    return redirect(page_in_app(at.side.patient_id, "/send"), SENT)


def _allowance(at: AppPage) -> Allowance:
    return Allowance(largest=at.clinic.of(UploadOptions).upload_bytes_limit)


# --- the queue of the phone ------------------------------------------------------------------


async def uploads(request: Request) -> Response:
    """POST, OPTIONS /app/{patient_id}/uploads: announce a file by tus. Its metadata names the
    person who has chosen it: a page that is still open may be another person's by now."""
    side = await patient_side_of(request)
    side.require(Part.FILES)
    clinic = await services_of(request).people.clinics.get(side.clinic_id)
    allowance = Allowance(largest=clinic.of(UploadOptions).upload_bytes_limit)
    if tus.method_of(request) == "OPTIONS":
        return tus.options(allowance.largest)
    said = tus.metadata(request.headers.get("upload-metadata", ""))
    _require_sender(side, said.get("owner", ""))
    require_rate(request, _SENDING, side.owner_id, _TOO_FAST)

    async def begin(announced: Announced) -> Upload:
        return await services_of(request).files.by_patients.begin(
            side, announced, allowance, said.get("category", "")
        )

    address = page_in_app(side.patient_id, "/uploads")
    return await tus.create(request, side, begin, address)


def _require_sender(side: PatientAccess, owner: str) -> None:
    if owner != side.owner_id:
        raise AnotherPerson


async def upload(request: Request) -> Response:
    """HEAD, PATCH, DELETE /app/{patient_id}/uploads/{upload_id}."""
    side = await patient_side_of(request)
    return await tus.resource(request, side, request.path_params["upload_id"])


_APP = APP + "/{patient_id}"
routes = [
    app_route(f"{_APP}/send", page, methods=["GET"]),
    app_route(f"{_APP}/send", take, methods=["POST"]),
    app_route(f"{_APP}/send/list", listed, methods=["GET"]),
    app_route(f"{_APP}/uploads", uploads, methods=["POST", "OPTIONS"]),
    app_route(f"{_APP}/uploads/{{upload_id}}", upload, methods=["HEAD", "PATCH", "DELETE", "POST"]),
]
