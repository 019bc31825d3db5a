"""Letters, as a kind of request: the patient is asked for nothing but to read."""

from dataclasses import dataclass

from bedside.audit import Action
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.letters.archive import LetterArchive
from bedside.letters.attaching import LetterAttachments
from bedside.letters.details import LetterDetails
from bedside.letters.drafts import LetterDrafts
from bedside.letters.filing import FILE, LetterFiling
from bedside.letters.reading import LetterReading
from bedside.letters.records import KEY, PREFIX
from bedside.letters.sending import LetterSending
from bedside.letters.templates import LetterTemplates
from bedside.people.record_parts import Part
from bedside.requests.kinds import RequestHandling, RequestKind, RequestTexts, RequestTools
from bedside.requests.records import Content, Request
from bedside.requests.summaries import texts


@dataclass(frozen=True, slots=True)
class LetterParts:
    """Services of letters, for staff and patients."""

    templates: LetterTemplates
    drafts: LetterDrafts
    sending: LetterSending
    archive: LetterArchive
    reading: LetterReading
    attachments: LetterAttachments
    handling: RequestHandling


def _build(tools: RequestTools) -> LetterParts:
    templates = LetterTemplates(tools.database, tools.vault, tools.audit)
    drafts = LetterDrafts(tools, templates)
    sending, reading = LetterSending(tools, drafts), LetterReading(tools)
    return LetterParts(
        templates,
        drafts,
        sending,
        LetterArchive(tools),
        reading,
        LetterAttachments(tools, reading),
        RequestHandling(
            snapshot=reading.snapshot,
            reissued=sending.reissued,
            revoked=sending.revoked,
            handlers={FILE: LetterFiling(tools).file},
        ),
    )


def _about(request: Request) -> str:
    return LetterDetails.of(request.content).title


def _details(request: Request) -> list[tuple[str, str]]:
    return [(_("Letter"), LetterDetails.of(request.content).title)]


def _attached(content: Content) -> str:
    return LetterDetails.of(content).attached


LETTERS = RequestKind(
    key=KEY,
    prefix=PREFIX,
    name=N_("Letter"),
    about=_about,
    details=_details,
    build=_build,
    texts=RequestTexts(texts.invitation, texts.reminder),
    sent=Action.LETTER_SENT,
    only_read=True,
    stays=True,
    attached=_attached,
    part=Part.FILES,
    chart_page="letters",
)
