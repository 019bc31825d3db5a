"""Files that go along with a letter: uploaded into the chart, or chosen from it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bedside.charts.categories import LABELS
from bedside.edge.bodies import form_parts
from bedside.edge.context import services_of
from bedside.edge.counted import counted
from bedside.edge.flash import flash_message, redirect
from bedside.edge.forms import form_of
from bedside.edge.routes import staff_route
from bedside.errors import Conflict, NotFound, TooLarge, WrongInput
from bedside.files.announcing import Allowance
from bedside.files.receiving import SenderGone
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.letters.options import MOST_BYTES
from bedside.web.letters.writing import Writing, writing_of

ATTACHED = flash_message("letter_files", N_("The files are enclosed."))
TOO_MUCH = flash_message(
    "letter_too_much",
    N_("All files of a letter may have 25 MB together. What you chose is in the chart only."),
    "attention",
)
LARGE = flash_message(
    "letter_file_large",
    N_("A file has more than 25 MB. It was not uploaded, and no file after it."),
    "attention",
)
NOT_THERE = flash_message(
    "letter_file_gone",
    N_("One of these files is not in the chart any more. Please choose again."),
    "attention",
)
NOTHING = flash_message("letter_no_file", N_("Please choose a file first."), "attention")


async def files_shown(request: Request, writing: Writing) -> dict[str, Any]:
    """Return what the part of a page with files needs."""
    drafts = services_of(request).letters.drafts
    enclosed = await drafts.enclosed(writing.chart, writing.letter.record.entries)
    there = {one.id for one in enclosed.entries}
    return {
        "enclosed": enclosed,
        "gone": [one for one in writing.letter.record.entries if one not in there],
        "most_bytes": MOST_BYTES,
        "categories": [(key, _(label)) for key, label in LABELS.items()],
        "counted": counted("Choose %(count)s file", "Choose %(count)s files"),
    }


async def attach(request: Request) -> Response:
    """POST /patients/{patient_id}/letters/{letter_id}/files: files of the chart. Field: entry, any
    number."""
    writing = await writing_of(request)
    chosen = (await form_of(request)).all("entry")
    return await _attached(request, writing, tuple(one for one in chosen if is_id(one, "ent")))


async def upload(request: Request) -> Response:
    """POST /patients/{patient_id}/letters/{letter_id}/files/upload: put files into the chart, and
    let them go along. Field: file."""
    writing = await writing_of(request)
    services = services_of(request)
    allowance = Allowance(largest=MOST_BYTES)
    taken: list[str] = []
    try:
        async for part in form_parts(request):
            if part.name == "file" and part.file_name:
                done = await services.files.uploads.take_for_chart(
                    writing.chart,
                    part.file_name,
                    part.chunks(),
                    allowance,
                    writing.letter.record.category,
                )
                entry = await services.charts.contents.entry_of_file(writing.chart, done.file_id)
                taken.append(entry.id)
    except SenderGone:
        return RedirectResponse(f"{writing.page}#files", status_code=303)
    except TooLarge:  # those before it are in the chart, and go along
        return await _attached(request, writing, tuple(taken), LARGE)
    return await _attached(request, writing, tuple(taken))


async def _attached(
    request: Request, writing: Writing, entry_ids: tuple[str, ...], said: str = ""
) -> Response:
    """Let these files go along, and say so, or what else there is to say."""
    back = f"{writing.page}#files"
    if not entry_ids:
        return redirect(back, said or NOTHING)
    try:
        await services_of(request).letters.drafts.attach(
            writing.chart, writing.letter.id, entry_ids
        )
    except WrongInput:
        return redirect(back, TOO_MUCH)
    except (NotFound, Conflict):
        return redirect(back, NOT_THERE)
    return redirect(back, said or ATTACHED)


async def detach(request: Request) -> Response:
    """POST /patients/{patient_id}/letters/{letter_id}/files/{entry_id}/remove."""
    writing = await writing_of(request)
    await services_of(request).letters.drafts.detach(
        writing.chart, writing.letter.id, request.path_params["entry_id"]
    )
    return RedirectResponse(f"{writing.page}#files", status_code=303)


_FILES = "/patients/{patient_id}/letters/{letter_id}/files"

routes = [
    staff_route(_FILES, attach, methods=["POST"]),
    staff_route(_FILES + "/upload", upload, methods=["POST"]),
    staff_route(_FILES + "/{entry_id}/remove", detach, methods=["POST"]),
]
