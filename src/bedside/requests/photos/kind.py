"""Photo requests, as a kind of request."""

from dataclasses import dataclass

from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.requests.kinds import FilesHeld, RequestHandling, RequestKind, RequestTools
from bedside.requests.photos import agreed
from bedside.requests.photos.answers import PhotoAnswers
from bedside.requests.photos.details import KEY, PREFIX, PhotoDetails
from bedside.requests.photos.filing import SETTLE, Filing
from bedside.requests.photos.sending import PhotoRequests
from bedside.requests.photos.texts import PHOTO_TEMPLATES
from bedside.requests.records import Request


@dataclass(frozen=True, slots=True)
class PhotoParts:
    """Services of photo requests, for staff and patients."""

    sending: PhotoRequests
    answers: PhotoAnswers
    handling: RequestHandling


def _build(tools: RequestTools) -> PhotoParts:
    filing = Filing(
        tools.database,
        tools.vault,
        tools.audit,
        tools.clinics,
        tools.links,
        tools.intake,
        tools.retrieval,
        tools.messenger,
    )
    answers = PhotoAnswers(
        tools.database,
        tools.vault,
        tools.audit,
        tools.clinics,
        tools.intake,
        tools.uploads,
        tools.retrieval,
        filing,
    )
    return PhotoParts(
        PhotoRequests(tools.database, tools.clinics, tools.patients, tools.requests),
        answers,
        RequestHandling(
            snapshot=answers.snapshot,
            reissued=agreed.take_back,
            last_call=filing.last_call,
            file_changed=filing.file_changed,
            handlers={SETTLE: filing.settle_later},
        ),
    )


def _about(request: Request) -> str:
    return PhotoDetails.of(request.content).body_part


def _details(request: Request) -> list[tuple[str, str]]:
    details = PhotoDetails.of(request.content)
    return [
        (_("Kind"), _(PHOTO_TEMPLATES[details.template].label)),
        (_("Words"), details.instructions),
        (_("What to show"), details.body_part or _("not said")),
    ]


PHOTOS = RequestKind(
    key=KEY,
    prefix=PREFIX,
    name=N_("Photo request"),
    about=_about,
    details=_details,
    build=_build,
    files=FilesHeld(Channel.PHOTO_REQUEST, Category.PATIENT_PHOTO),
)
