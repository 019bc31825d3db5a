"""Visits: rooms, check-in, the waiting room and transfer to another room."""

from dataclasses import dataclass

from bedside.visits.check_in import CheckIn
from bedside.visits.correction import Correction
from bedside.visits.devices import VisitDevices
from bedside.visits.handovers import Handovers
from bedside.visits.identification import Identification
from bedside.visits.invitations import Invitations
from bedside.visits.left import LeftPatients
from bedside.visits.live import VisitLive
from bedside.visits.own_visit import OwnVisits
from bedside.visits.presence import VisitPresence
from bedside.visits.queue_order import QueueOrder
from bedside.visits.repeats import Repeats
from bedside.visits.room_messages import RoomMessages
from bedside.visits.rooms import Rooms
from bedside.visits.sent_transfers import SentTransfers
from bedside.visits.telephone import Telephones
from bedside.visits.transfer import PatientTransfers
from bedside.visits.transitions import Transitions
from bedside.visits.waiting_room import WaitingRoom
from bedside.visits.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True)
class VisitServices:
    """`services.visits`."""

    rooms: Rooms
    check_in: CheckIn
    identification: Identification
    correction: Correction
    devices: VisitDevices
    waiting_room: WaitingRoom
    order: QueueOrder
    left: LeftPatients
    room_messages: RoomMessages
    transfers: PatientTransfers
    repeats: Repeats
    handovers: Handovers
    sent_transfers: SentTransfers
    whereabouts: Whereabouts
    presence: VisitPresence
    invitations: Invitations
    own: OwnVisits
    transitions: Transitions
    live: VisitLive
    telephones: Telephones
