"""Files that staff put into a chart: by tus and, without script, by a multipart form."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bedside.charts.categories import Category
from bedside.charts.records import DEAD, Entry
from bedside.edge import tus
from bedside.edge.bodies import form_parts
from bedside.edge.context import services_of
from bedside.edge.flash import flash, flash_message
from bedside.edge.formats import moment
from bedside.edge.routes import staff_route
from bedside.edge.signed_in import staff_of
from bedside.errors import NotFound, TooLarge, WrongInput
from bedside.files.announcing import Allowance, Announced, Upload
from bedside.files.options import UploadOptions
from bedside.files.receiving import SenderGone
from bedside.files.states import FileState
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import ChartAccess
from bedside.web.charts.rows import base_of

UPLOADED = flash_message(
    "uploaded", N_("Uploaded. Each file can be opened as soon as it is scanned.")
)


async def _chart(request: Request) -> tuple[ChartAccess, Allowance]:
    services = services_of(request)
    chart = await services.people.permissions.chart(
        await staff_of(request), request.path_params["patient_id"]
    )
    clinic = await services.people.clinics.get(chart.clinic_id)
    return chart, Allowance(largest=clinic.of(UploadOptions).upload_bytes_limit)


async def uploads(request: Request) -> Response:
    chart, allowance = await _chart(request)
    if request.method == "OPTIONS":
        return tus.options(allowance.largest)
    category = tus.metadata(request.headers.get("upload-metadata", "")).get("category", "")

    async def begin(announced: Announced) -> Upload:
        return await services_of(request).files.uploads.begin_for_chart(
            chart, announced, allowance, _known(category)
        )

    return await tus.create(request, chart, begin, f"/patients/{chart.patient_id}/uploads")


async def upload(request: Request) -> Response:
    chart, _allowance = await _chart(request)
    return await tus.resource(request, chart, request.path_params["upload_id"])


async def state(request: Request) -> Response:
    """GET …/uploads/{upload_id}/state: what became of a file that was uploaded, for its row."""
    chart, _allowance = await _chart(request)
    services = services_of(request)
    found = await services.files.uploads.find(chart, request.path_params["upload_id"])
    try:
        entry = await services.charts.contents.entry_of_file(chart, found.file_id)
    except NotFound:
        return JSONResponse(
            {"tone": "", "sentence": _("Uploaded. It is scanned now."), "over": False}
        )
    return JSONResponse(await _became(request, chart, entry))


async def _became(request: Request, chart: ChartAccess, entry: Entry) -> dict[str, object]:
    """Return the state of an entry in a sentence; `over` when it changes no more."""
    retrieval = services_of(request).files.retrieval
    href = base_of(entry)
    if entry.state in DEAD:
        facts = await retrieval.facts(entry)
        sentence = facts.refusal or _("It was refused and not kept.")
        if entry.state == FileState.INFECTED:
            sentence = _("Infected: it was destroyed, and nobody could open it.")
        return {"tone": "bad", "sentence": sentence, "over": True, "href": href}
    if entry.state == FileState.UNSCANNED:
        waits = _("Uploaded and kept. It waits for the scanner and opens when it is scanned.")
        return {"tone": "attention", "sentence": waits, "over": False, "href": href}
    if entry.state != FileState.FILED:
        return {"tone": "", "sentence": _("Uploaded. It is scanned now."), "over": False}
    same = await retrieval.same_before(chart, entry)
    if same is None:
        sentence = _("Scanned. It is in the chart.")
        return {"tone": "good", "sentence": sentence, "over": True, "href": href}
    clinic = await services_of(request).people.clinics.get(chart.clinic_id)
    when = moment(same.received_at, clinic.options.time_zone)
    sentence = _("Scanned. The same file is in this chart already: “{name}”, {when}.")
    sentence = sentence.format(name=same.title, when=when)
    return {"tone": "attention", "sentence": sentence, "over": True, "href": href}


def _known(category: str) -> str:
    return category if category in set(Category) else Category.OTHER


async def files(request: Request) -> Response:
    """Take files from a form without script, each as it streams by."""
    chart, allowance = await _chart(request)
    intake = services_of(request).files.uploads
    category, taken = "", 0
    back = RedirectResponse(f"/patients/{chart.patient_id}", status_code=303)
    try:
        async for part in form_parts(request):
            if part.name == "category":
                category = await part.text()
            elif part.name == "file" and part.file_name:
                await intake.take_for_chart(
                    chart, part.file_name, part.chunks(), allowance, _known(category)
                )
                taken += 1
    except SenderGone:
        return back
    except TooLarge as error:
        raise WrongInput(error.sentence, field="file") from error
    if not taken:
        raise WrongInput(_("Please choose a file first."), field="file")
    flash(back, UPLOADED)
    return back


routes = [
    staff_route("/patients/{patient_id}/uploads", uploads, methods=["POST", "OPTIONS"]),
    staff_route(
        "/patients/{patient_id}/uploads/{upload_id}",
        upload,
        methods=["HEAD", "PATCH", "DELETE", "POST"],
    ),
    staff_route("/patients/{patient_id}/uploads/{upload_id}/state", state),
    staff_route("/patients/{patient_id}/files", files, methods=["POST"]),
]
