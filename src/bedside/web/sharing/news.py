"""News of sharing for the first page of the app: openings of links, and answers."""

from collections.abc import Sequence

from bedside.edge.accounts import page_in_app
from bedside.edge.feature import AppItem
from bedside.kernel import clock
from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.people.permissions import PatientAccess
from bedside.people.record_parts import Part
from bedside.services import Services

_NEWS_FOR = 14 * clock.DAY


async def news(services: Services, side: PatientAccess) -> Sequence[AppItem]:
    """Return the openings and answers of the last two weeks, as far as this person sees them."""
    since = clock.now() - _NEWS_FOR
    found: list[AppItem] = []
    if Part.SHARING in side.parts:
        found += await _openings(services, side, since)
    if Part.ACCESSES in side.parts:
        found += await _answers(services, side, since)
    if Part.FILES in side.parts:
        found += await _reports(services, side, since)
    return found


async def _openings(services: Services, side: PatientAccess, since: int) -> list[AppItem]:
    return [
        AppItem(
            id=share.id,
            title=share.label or _("Files that you share"),
            detail=ngettext("opened {n} time", "opened {n} times", share.openings).format(
                n=share.openings
            ),
            icon="share-2",
            href=page_in_app(side.patient_id, f"/sharing/{share.id}"),
            at=share.last_opened_at,
        )
        for share in await services.sharing.links.listed(side, limit=20)
        if share.last_opened_at > since
    ]


async def _answers(services: Services, side: PatientAccess, since: int) -> list[AppItem]:
    return [
        AppItem(
            id=one.id,
            title=_("Who opened my files"),
            detail=_("The clinic answered your question"),
            icon="eye",
            href=page_in_app(side.patient_id, "/accesses"),
            at=one.answered_at,
        )
        for one in await services.sharing.questions.of_patient(side, limit=20)
        if one.answered_at > since
    ]


async def _reports(services: Services, side: PatientAccess, since: int) -> list[AppItem]:
    return [
        AppItem(
            id=one.id,
            title=one.name,
            detail=_("The clinic answered what you reported"),
            icon="file-text",
            href=page_in_app(side.patient_id, "/files#reported"),
            at=one.answered_at,
        )
        for one in await services.charts.reports.of_patient(side, limit=20)
        if one.answered_at > since
    ]
