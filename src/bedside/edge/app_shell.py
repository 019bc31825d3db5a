"""The frame around the pages of the patient's app: whose record it is, and the sections below."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from bedside.edge.accounts import account_of, page_in_app, patient_side_of
from bedside.edge.context import services_of
from bedside.edge.feature import features_of
from bedside.edge.flash import flash_messages
from bedside.edge.languages import speak_to_reader
from bedside.kernel import language
from bedside.kernel.language import gettext as _
from bedside.people.clinics import Clinic
from bedside.people.emergencies import IN_APP, emergency
from bedside.people.permissions import AccountAccess, PatientAccess


@dataclass(frozen=True, slots=True)
class AppPage:
    """The values that every page of the app about one patient knows."""

    side: PatientAccess
    clinic: Clinic


async def app_page(request: Request, section: str = "") -> AppPage:
    """Prepare what patient/app.html needs, in the person's language. `section` is the key of the
    open one. Raises as `patient_side_of`."""
    side = await patient_side_of(request)
    clinic = await _spoken(request, side.account)
    people = await services_of(request).accounts.sides.whose(side.account)
    whose = next(one for one in people if one.patient_id == side.patient_id)
    request.state.page = {
        **_shared(request, clinic),
        "drafts": await _drafts(request, side.account),
        "app": {
            "name": whose.name,
            "own": whose.own,
            "several": len(people) > 1,
            "sections": _sections(request, side, section),
            "home": page_in_app(side.patient_id),
        },
    }
    return AppPage(side, clinic)


async def part_of_app_page(request: Request) -> AppPage:
    """Prepare what a part of a page needs that is asked for again: the same person in the same
    language, without the frame. Raises as `patient_side_of`."""
    side = await patient_side_of(request)
    return AppPage(side, await _spoken(request, side.account))


async def account_page(request: Request) -> tuple[AccountAccess, Clinic]:
    """Prepare what patient/app.html needs on pages about the person who is signed in. Raises as
    `account_of`."""
    account = await account_of(request)
    clinic = await _spoken(request, account)
    drafts = await _drafts(request, account)
    request.state.page = {**_shared(request, clinic), "app": None, "drafts": drafts}
    return account, clinic


async def _spoken(request: Request, account: AccountAccess) -> Clinic:
    """Use the language of the person who is signed in, unless they chose one on a page, and return
    the clinic."""
    services = services_of(request)
    person = await services.accounts.all.person(account)
    await speak_to_reader(request, account.clinic_id, person.language)
    return await services.people.clinics.get(account.clinic_id)


async def _drafts(request: Request, account: AccountAccess) -> dict[str, str]:
    """Return whose drafts and files this browser may send, and the key to what it keeps of them."""
    key = await services_of(request).accounts.all.browser_key(account)
    return {"owner": account.account_id, "key": key}


def _shared(request: Request, clinic: Clinic) -> dict[str, Any]:
    return {
        "lang": language.spoken(),
        "clinic_name": clinic.name,
        "zone": clinic.options.time_zone,
        "date_order": clinic.options.date_order,
        "phone": clinic.options.phone,
        "emergency_text": emergency(clinic, IN_APP),
        "toasts": flash_messages(request),
    }


def _sections(request: Request, side: PatientAccess, current: str) -> list[dict[str, Any]]:
    """Return the sections that this person may see of the patient."""
    return [
        {
            "label": _(one.label),
            "icon": one.icon,
            "href": page_in_app(side.patient_id, one.path),
            "current": one.key == current,
        }
        for one in features_of(request).app_sections
        if one.part is None or one.part in side.parts
    ]
