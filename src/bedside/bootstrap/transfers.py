"""Wires live file transfer."""

from dataclasses import dataclass

from bedside.bootstrap.base import Base
from bedside.bootstrap.people import PeopleParts
from bedside.bootstrap.visits import VisitParts
from bedside.realtime.topics import TopicKind
from bedside.services.files import FileServices
from bedside.services.registered import Registered
from bedside.services.transfers import TransferServices
from bedside.transfers.filing import CLEAR_UP, TransferFiling
from bedside.transfers.lists import LiveTransferLists
from bedside.transfers.live import TransferLive
from bedside.transfers.service import LiveTransfers


@dataclass(frozen=True, slots=True)
class TransferParts(TransferServices):
    """The transfer services, with what files them and what open pages follow."""

    filing: TransferFiling
    live: TransferLive

    def registered(self) -> Registered:
        """Return what they register for the worker."""
        return Registered(handlers={CLEAR_UP: self.exchange.clear_up})

    def topics(self) -> tuple[TopicKind, ...]:
        """Return the kinds of topics."""
        return self.live.topics()


def transfers_of(
    base: Base, people: PeopleParts, files: FileServices, visits: VisitParts
) -> TransferParts:
    """Make file transfer between patients in visits and staff."""
    database, vault, audit = base.database, base.vault, base.audit.log
    filing = TransferFiling(files.intake)
    lists = LiveTransferLists(database, vault, people.clinics)
    return TransferParts(
        exchange=LiveTransfers(
            database, vault, audit, people.clinics, files.uploads, files.intake, filing
        ),
        lists=lists,
        filing=filing,
        live=TransferLive(lists, visits.whereabouts, visits.live),
    )
