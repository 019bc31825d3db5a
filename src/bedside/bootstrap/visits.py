"""Wires rooms and visits."""

from dataclasses import dataclass

from bedside.bootstrap.base import Base
from bedside.bootstrap.people import PeopleParts
from bedside.links.service import Links
from bedside.notifications.text_limits import TextLimits
from bedside.realtime.presence import Presence
from bedside.realtime.topics import TopicKind
from bedside.services.notifications import NotificationServices
from bedside.services.registered import Gauge, Registered
from bedside.services.visit_records import VisitRecordServices
from bedside.services.visits import VisitServices
from bedside.visits import transfer as jobs
from bedside.visits.additions import VisitAdditions
from bedside.visits.alerts import RoomAlerts
from bedside.visits.check_in import CheckIn
from bedside.visits.correction import Correction
from bedside.visits.devices import VisitDevices
from bedside.visits.handovers import Handovers
from bedside.visits.history import VisitRecords
from bedside.visits.identification import Identification
from bedside.visits.invitations import Invitations
from bedside.visits.left import LeftPatients
from bedside.visits.live import VisitLive
from bedside.visits.lost_places import LostPlaces
from bedside.visits.notes import VisitNotes
from bedside.visits.own_visit import OwnVisits
from bedside.visits.presence import VisitPresence
from bedside.visits.queue_order import QueueOrder
from bedside.visits.repeats import Repeats
from bedside.visits.room_messages import RoomMessages
from bedside.visits.rooms import Rooms
from bedside.visits.sent_transfers import SentTransfers
from bedside.visits.telephone import Telephones
from bedside.visits.transfer import PatientTransfers
from bedside.visits.transitions import UNATTENDED, Transitions
from bedside.visits.turn_texts import TurnTexts
from bedside.visits.unidentified import UnidentifiedVisits
from bedside.visits.waiting_room import WaitingRoom
from bedside.visits.ways_back import WaysBack
from bedside.visits.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True)
class VisitParts(VisitServices):
    """The visit services, with what open pages follow, what alerts staff, and what finds lost
    places."""

    alerts: RoomAlerts
    turn_texts: TurnTexts
    lost_places: LostPlaces

    def registered(self) -> Registered:
        """Return what they register for the worker, the rail and /metrics."""
        return Registered(
            handlers={
                jobs.UNANSWERED: self.transfers.unanswered,
                UNATTENDED: self.alerts.unattended,
            },
            sweeps={
                "visits.expire": (5.0, self.presence.expire),
                "visits.end_messages": (15.0, self.room_messages.end),
                "visits.turns": (15.0, self.turn_texts.sweep),
                "visits.forget_devices": (600.0, self.devices.forget),
                "visits.forget_unidentified": (3600.0, self.identification.forget),
            },
            gauges={
                "bedside_patients_waiting": Gauge(
                    "Patients in all waiting rooms.", self.whereabouts.waiting_anywhere
                )
            },
        )

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds of topics."""
        return self.live.topics()


def visits_of(
    base: Base,
    people: PeopleParts,
    links: Links,
    notifications: NotificationServices,
    presence: Presence,
) -> VisitParts:
    """Make rooms, check-in, the waiting room and transfer to another room."""
    database, vault, audit, looks = base.database, base.vault, base.audit.log, base.audit.looks
    clinics, patients, staff = people.clinics, people.patients, people.staff
    permissions, messenger = people.permissions, notifications.dispatcher
    limits, base_url = TextLimits(people.throttle), base.settings.base_url
    transitions = Transitions(audit, clinics, people.assignments, staff)
    rooms = Rooms(database, audit, clinics, people.teams, staff, transitions)
    identification = Identification(
        database, vault, audit, patients, people.likely, permissions, transitions
    )
    invitations = Invitations(database, rooms)
    ways_back = WaysBack(database, vault, audit, people.throttle)
    return VisitParts(
        rooms=rooms,
        check_in=CheckIn(database, vault, patients, rooms, transitions),
        identification=identification,
        correction=Correction(database, audit, transitions),
        devices=VisitDevices(database, vault),
        waiting_room=WaitingRoom(database, vault, looks, staff, transitions),
        order=QueueOrder(database, vault, audit, transitions),
        left=LeftPatients(database, vault, looks, staff),
        room_messages=RoomMessages(database, vault, audit, clinics, staff),
        transfers=PatientTransfers(database, vault, clinics, permissions, transitions),
        repeats=Repeats(database, vault, transitions),
        handovers=Handovers(database, vault, staff),
        sent_transfers=SentTransfers(database, vault, staff),
        whereabouts=Whereabouts(database, permissions),
        presence=VisitPresence(database, presence, clinics, transitions),
        invitations=invitations,
        own=OwnVisits(database, vault, rooms, ways_back),
        transitions=transitions,
        live=VisitLive(database, permissions, people.audiences),
        telephones=Telephones(
            database, vault, audit, clinics, rooms, transitions, messenger, limits, base_url
        ),
        turn_texts=TurnTexts(
            database, vault, audit, clinics, transitions, messenger, limits, base_url
        ),
        lost_places=LostPlaces(database, vault, audit, clinics, messenger, ways_back, base_url),
        alerts=RoomAlerts(database, clinics, staff, presence, notifications.staff_alerts),
    )


def visit_records_of(base: Base, people: PeopleParts, visits: VisitParts) -> VisitRecordServices:
    """Make the records of visits."""
    database, vault, looks = base.database, base.vault, base.audit.looks
    return VisitRecordServices(
        records=VisitRecords(database, vault, looks, people.staff),
        notes=VisitNotes(database, vault, looks),
        additions=VisitAdditions(database, vault, looks),
        unidentified=UnidentifiedVisits(database, vault, people.staff, visits.identification),
    )
