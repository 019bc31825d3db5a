"""Wires requests."""

from dataclasses import dataclass

from bedside.bootstrap.base import Base
from bedside.bootstrap.people import PeopleParts
from bedside.links.service import Links
from bedside.notifications.dispatcher import Dispatcher
from bedside.realtime.topics import TopicKind
from bedside.requests import photo_requests as reminder_jobs
from bedside.requests.lists import RequestLists
from bedside.requests.live import RequestLive
from bedside.requests.photo_requests import PhotoRequests
from bedside.requests.photos import filing as jobs
from bedside.requests.photos.answers import PhotoAnswers
from bedside.requests.photos.filing import Filing
from bedside.services.files import FileServices
from bedside.services.registered import Registered
from bedside.services.requests import RequestServices


@dataclass(frozen=True, slots=True)
class RequestParts(RequestServices):
    """The request services, with what files photos and what open pages follow."""

    filing: Filing
    live: RequestLive

    def registered(self) -> Registered:
        """Return what they register for the worker and the rail."""
        return Registered(
            handlers={
                reminder_jobs.REMIND: self.photos.remind,
                jobs.SETTLE: self.filing.settle_later,
                jobs.EXPIRE: self.filing.expire,
                jobs.CLEAR_UP: self.filing.clear_up,
            },
            badges={"requests": self.lists.waiting},
        )

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds of topics."""
        return self.live.topics()


def requests_of(
    base: Base, people: PeopleParts, links: Links, files: FileServices, dispatcher: Dispatcher
) -> RequestParts:
    """Make what a clinic asks patients for, and their answers."""
    database, vault, audit = base.database, base.vault, base.audit.log
    clinics, patients = people.clinics, people.patients
    coming, going = (files.intake, files.uploads), files.retrieval
    filing = Filing(database, vault, audit, clinics, links, *coming, going, dispatcher)
    answers = PhotoAnswers(database, vault, audit, clinics, links, *coming, going, filing)
    photos = PhotoRequests(
        database,
        vault,
        audit,
        clinics,
        patients,
        people.staff,
        links,
        dispatcher,
        base.settings.base_url,
    )
    return RequestParts(
        photos=photos,
        answers=answers,
        lists=RequestLists(database, vault, base.audit.looks, patients),
        filing=filing,
        live=RequestLive(answers),
    )
