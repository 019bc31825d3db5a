"""Files that staff put into a chart: by tus and, without script, by a multipart form."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.charts.categories import Category
from bedside.edge import tus
from bedside.edge.bodies import form_parts
from bedside.edge.context import services_of
from bedside.edge.flash import flash, flash_message
from bedside.edge.routes import staff_route
from bedside.edge.signed_in import staff_of
from bedside.errors import TooLarge, WrongInput
from bedside.files.announcing import Allowance, Announced, Upload
from bedside.files.options import UploadOptions
from bedside.files.receiving import SenderGone
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.people.permissions import ChartAccess

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
    chart, _ = await _chart(request)
    return await tus.resource(request, chart, request.path_params["upload_id"])


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
    staff_route("/patients/{patient_id}/files", files, methods=["POST"]),
]
