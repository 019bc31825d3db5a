"""Wires requests."""

from dataclasses import dataclass

from bedside.bootstrap.base import Base
from bedside.bootstrap.kinds import request_kinds
from bedside.bootstrap.people import PeopleParts
from bedside.links.service import Links
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.plans.service import MessagePlans
from bedside.notifications.text_limits import TextLimits
from bedside.people.by_address import PatientsByAddress
from bedside.realtime.topics import TopicKind
from bedside.requests import endings as jobs
from bedside.requests import records
from bedside.requests import telling as reminder_jobs
from bedside.requests.app_invitations.kind import APP_INVITATIONS
from bedside.requests.endings import RequestEndings
from bedside.requests.faces import RequestFaces
from bedside.requests.forms.kind import FORMS
from bedside.requests.in_app import RequestsInApp
from bedside.requests.invitations.kind import INVITATIONS
from bedside.requests.kinds import RequestKinds, RequestTools
from bedside.requests.links_again import SEND_AGAIN, LinksAgain
from bedside.requests.lists import RequestLists
from bedside.requests.live import RequestLive
from bedside.requests.lost_links import LostLinks
from bedside.requests.photos.kind import PHOTOS
from bedside.requests.service import Requests
from bedside.requests.summaries.kind import SUMMARIES
from bedside.requests.telling import Telling
from bedside.services.files import FileServices
from bedside.services.registered import Registered
from bedside.services.requests import RequestServices
from bedside.visits.lost_places import LostPlaces


@dataclass(frozen=True, slots=True)
class RequestParts(RequestServices):
    """With what ends them, and what open pages follow."""

    endings: RequestEndings
    live: RequestLive

    def registered(self) -> Registered:
        """Return the jobs and sweeps of requests."""
        return Registered(
            handlers={
                reminder_jobs.REMIND: self.telling.remind,
                records.REMIND_UNAGREED: self.telling.remind_unagreed,
                SEND_AGAIN: self.again.send,
                jobs.EXPIRE: self.endings.expire,
                jobs.CLEAR_UP: self.endings.clear_up,
                **self.kinds.handlers(),
            },
            sweeps={"requests.forget_lost_links": (3600.0, self.lost.forget)},
        )

    def topics(self) -> tuple[TopicKind, ...]:
        """The kinds of topics."""
        return self.live.topics()


def requests_of(
    base: Base,
    people: PeopleParts,
    links: Links,
    files: FileServices,
    dispatcher: Dispatcher,
    plans: MessagePlans,
    places: LostPlaces,
) -> RequestParts:
    """Construct the services of requests."""
    database, vault, audit = base.database, base.vault, base.audit.log
    clinics, patients = people.clinics, people.patients
    kinds = request_kinds()
    telling = _telling(base, people, links, plans, kinds)
    requests = Requests(
        database,
        vault,
        audit,
        clinics,
        patients,
        people.staff,
        links,
        TextLimits(people.throttle),
        kinds,
        telling,
        base.settings.base_url,
    )
    kinds.build(_tools(base, people, links, files, dispatcher, telling, requests))
    photos, summaries = kinds.parts(PHOTOS), kinds.parts(SUMMARIES)
    forms = kinds.parts(FORMS)
    lists = RequestLists(database, vault, base.audit.looks, patients, people.reach)
    return RequestParts(
        all=requests,
        kinds=kinds,
        telling=telling,
        photos=photos.sending,
        invitations=kinds.parts(INVITATIONS).sending,
        answers=photos.answers,
        app_invitations=kinds.parts(APP_INVITATIONS).sending,
        summaries=summaries.staff,
        reading=summaries.reading,
        forms=forms.staff,
        filling=forms.filling,
        faces=RequestFaces(database, vault, audit, clinics, links, people.phone_numbers),
        lists=lists,
        in_app=RequestsInApp(database, vault, kinds),
        lost=LostLinks(database, vault, audit, people.permissions, people.likely, lists, requests),
        again=_again(base, people, requests, places),
        endings=RequestEndings(database, audit, links, files.intake, files.uploads, kinds, telling),
        live=RequestLive(kinds),
    )


def _tools(
    base: Base,
    people: PeopleParts,
    links: Links,
    files: FileServices,
    dispatcher: Dispatcher,
    telling: Telling,
    requests: Requests,
) -> RequestTools:
    """Collect the building blocks of kinds."""
    return RequestTools(
        base.database,
        base.vault,
        base.audit.log,
        base.audit.looks,
        people.clinics,
        people.patients,
        people.staff,
        links,
        dispatcher,
        files.intake,
        files.uploads,
        files.retrieval,
        files.fillable,
        files.copies,
        files.printer,
        telling,
        requests,
    )


def _telling(
    base: Base, people: PeopleParts, links: Links, plans: MessagePlans, kinds: RequestKinds
) -> Telling:
    """Make what tells patients of requests."""
    return Telling(
        base.database,
        base.vault,
        base.audit.log,
        people.clinics,
        people.patients,
        links,
        TextLimits(people.throttle),
        kinds,
        plans,
        base.settings.base_url,
    )


def _again(base: Base, people: PeopleParts, requests: Requests, places: LostPlaces) -> LinksAgain:
    """Make what sends lost links again."""
    database, vault = base.database, base.vault
    return LinksAgain(
        database,
        vault,
        base.audit.log,
        people.throttle,
        TextLimits(people.throttle),
        PatientsByAddress(database, vault),
        requests,
        places,
    )
