"""Sharing: links of patients to their files, and who opened the record."""

from dataclasses import dataclass

from bedside.sharing.accesses import Accesses
from bedside.sharing.questions import AccessQuestions
from bedside.sharing.serving import SharedFiles
from bedside.sharing.shares import Shares


@dataclass(frozen=True, slots=True)
class SharingServices:
    """`services.sharing`."""

    links: Shares
    shared: SharedFiles
    accesses: Accesses
    questions: AccessQuestions
