"""Parts of rooms and visits."""

from functools import cached_property

from bedside.bootstrap.parts import Parts
from bedside.kernel.jobs import Handler
from bedside.realtime.presence import Presence
from bedside.realtime.topics import TopicKind, Topics
from bedside.services import CountBadge, Periodic
from bedside.visits import transfer as transfer_jobs
from bedside.visits.alerts import RoomAlerts
from bedside.visits.check_in import CheckIn
from bedside.visits.devices import VisitDevices
from bedside.visits.identification import Identification
from bedside.visits.invitations import Invitations
from bedside.visits.live import VisitLive
from bedside.visits.notes import VisitNotes
from bedside.visits.own_visit import OwnVisits
from bedside.visits.presence import VisitPresence
from bedside.visits.records import VisitRecords
from bedside.visits.room_messages import RoomMessages
from bedside.visits.rooms import Rooms
from bedside.visits.sent_transfers import SentTransfers
from bedside.visits.transfer import PatientTransfers
from bedside.visits.transitions import UNATTENDED, Transitions
from bedside.visits.unidentified import UnidentifiedVisits
from bedside.visits.waiting_room import WaitingRoom
from bedside.visits.whereabouts import Whereabouts


class VisitParts(Parts):
    """With rooms, check-in, the waiting room and transfer."""

    @cached_property
    def transitions(self) -> Transitions:
        return Transitions(self.audit, self.clinics, self.assignments, self.staff)

    @cached_property
    def rooms(self) -> Rooms:
        return Rooms(
            self.database, self.audit, self.clinics, self.teams, self.staff, self.transitions
        )

    @cached_property
    def check_in(self) -> CheckIn:
        return CheckIn(self.database, self.vault, self.patients, self.rooms, self.transitions)

    @cached_property
    def identification(self) -> Identification:
        return Identification(
            self.database,
            self.vault,
            self.audit,
            self.patients,
            self.permissions,
            self.transitions,
        )

    @cached_property
    def unidentified(self) -> UnidentifiedVisits:
        return UnidentifiedVisits(self.database, self.vault, self.staff, self.identification)

    @cached_property
    def visit_devices(self) -> VisitDevices:
        return VisitDevices(self.database, self.vault)

    @cached_property
    def presence(self) -> Presence:
        return Presence(self.database)

    @cached_property
    def visit_presence(self) -> VisitPresence:
        return VisitPresence(self.database, self.presence, self.clinics, self.transitions)

    @cached_property
    def waiting_room(self) -> WaitingRoom:
        return WaitingRoom(self.database, self.vault, self.looks, self.staff, self.transitions)

    @cached_property
    def room_messages(self) -> RoomMessages:
        return RoomMessages(self.database, self.vault, self.audit, self.staff)

    @cached_property
    def patient_transfers(self) -> PatientTransfers:
        return PatientTransfers(
            self.database, self.vault, self.clinics, self.permissions, self.transitions
        )

    @cached_property
    def sent_transfers(self) -> SentTransfers:
        return SentTransfers(self.database, self.vault, self.staff)

    @cached_property
    def whereabouts(self) -> Whereabouts:
        return Whereabouts(self.database, self.permissions)

    @cached_property
    def badges(self) -> dict[str, CountBadge]:
        return {**super().badges, "rooms": self.whereabouts.waiting}

    @cached_property
    def own_visits(self) -> OwnVisits:
        return OwnVisits(self.database, self.rooms)

    @cached_property
    def invitations(self) -> Invitations:
        return Invitations(
            self.database,
            self.vault,
            self.audit,
            self.clinics,
            self.patients,
            self.rooms,
            self.links,
            self.dispatcher,
            self.settings.base_url,
        )

    @cached_property
    def visit_notes(self) -> VisitNotes:
        return VisitNotes(self.database, self.vault, self.looks)

    @cached_property
    def visit_records(self) -> VisitRecords:
        return VisitRecords(self.database, self.vault, self.looks, self.staff)

    @cached_property
    def room_alerts(self) -> RoomAlerts:
        return RoomAlerts(
            self.database,
            self.clinics,
            self.staff,
            self.presence,
            self.staff_alerts,
        )

    @cached_property
    def visit_live(self) -> VisitLive:
        return VisitLive(self.database, self.permissions, self.audiences)

    @cached_property
    def topics(self) -> Topics:
        topics = super().topics
        live = self.visit_live
        topics.add(TopicKind("room", live.room, audience=live.audience_of_room))
        topics.add(TopicKind("rooms", live.rooms))
        topics.add(TopicKind("visit", live.visit, audience_of_event=live.audience_of_visit))
        topics.add(TopicKind("person", live.person))
        return topics

    @cached_property
    def handlers(self) -> dict[str, Handler]:
        return {
            **super().handlers,
            transfer_jobs.UNANSWERED: self.patient_transfers.unanswered,
            UNATTENDED: self.room_alerts.unattended,
        }

    @cached_property
    def sweeps(self) -> dict[str, tuple[float, Periodic]]:
        return {
            **super().sweeps,
            "visits.expire": (5.0, self.visit_presence.expire),
            "visits.forget_devices": (600.0, self.visit_devices.forget),
            "visits.forget_unidentified": (3600.0, self.identification.forget),
        }
