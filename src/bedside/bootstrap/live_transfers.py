"""Parts of live file transfer."""

from functools import cached_property
from typing import Any

from bedside.bootstrap.calls import CallParts
from bedside.errors import NotFound
from bedside.kernel.jobs import Handler
from bedside.people.permissions import StaffAccess, VisitorAccess
from bedside.realtime.topics import TopicKind, Topics
from bedside.transfers import service as jobs
from bedside.transfers.filing import CLEAR_UP, TransferFiling
from bedside.transfers.lists import LiveTransferLists
from bedside.transfers.service import LiveTransfers


class LiveTransferParts(CallParts):
    """With files on their way between patients in visits and staff."""

    @cached_property
    def live_transfers(self) -> LiveTransfers:
        filing = TransferFiling(self.intake)
        transfers = LiveTransfers(
            self.database, self.vault, self.audit, self.clinics, self.uploads, self.intake, filing
        )
        self.identification.tell("files", filing)
        self.intake.tell(jobs.HOLDER, transfers.file_changed)
        self.transitions.tell_legs(transfers)
        return transfers

    @cached_property
    def transfer_lists(self) -> LiveTransferLists:
        return LiveTransferLists(self.database, self.vault, self.clinics)

    @cached_property
    def topics(self) -> Topics:
        topics = super().topics

        async def transfers(access: object, visit_id: str) -> dict[str, Any]:
            if isinstance(access, VisitorAccess):
                return await self.transfer_lists.snapshot(access, visit_id)
            if not isinstance(access, StaffAccess):
                raise NotFound
            room = await self.whereabouts.room_of(access, visit_id)
            return await self.transfer_lists.snapshot(room, visit_id)

        audience = self.visit_live.audience_of_visit
        topics.add(TopicKind("transfers", transfers, audience_of_event=audience))
        return topics

    @cached_property
    def handlers(self) -> dict[str, Handler]:
        return {**super().handlers, CLEAR_UP: self.live_transfers.clear_up}
