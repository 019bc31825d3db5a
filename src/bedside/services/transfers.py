"""Live file transfer between patients in visits and staff."""

from dataclasses import dataclass

from bedside.transfers.lists import LiveTransferLists
from bedside.transfers.service import LiveTransfers


@dataclass(frozen=True, slots=True)
class TransferServices:
    """`services.transfers`."""

    exchange: LiveTransfers
    lists: LiveTransferLists
