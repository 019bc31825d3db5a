"""The messages of a conversation as both sides read them."""

from dataclasses import dataclass
from typing import Any

from bedside.conversations.message_files import MessageFile
from bedside.conversations.records import Message, Page
from bedside.conversations.sides import Access, is_staff, sender_of
from bedside.conversations.states import Kind, Receipt
from bedside.edge.formats import day_of
from bedside.edge.readers import reader_name
from bedside.kernel.language import gettext as _
from bedside.services import Services


@dataclass(frozen=True, slots=True)
class Names:
    """The names of those who write in a conversation, and of its patient."""

    patient: str
    staff: dict[str, str]
    accounts: dict[str, str]
    clinic: str

    def of(self, kind: str, person_id: str) -> str:
        """Return the name of a sender or reader."""
        if kind == "staff":
            return self.staff.get(person_id) or self.clinic
        if kind == "clinic":
            return self.clinic
        return reader_name(self.accounts.get(person_id, self.patient), self.patient)


async def names_of(services: Services, access: Access, page: Page, patient: str) -> Names:
    """Look up the names on a page."""
    clinic = await services.people.clinics.get(access.clinic_id)
    ids = {one.sender_id for one in page.messages if one.sender_kind == "staff"}
    ids |= {page.conversation.assignee_id}
    for one in page.messages:
        if one.side == "patient":
            ids |= {seen.person_id for seen in one.seen}
    staff = await services.people.staff.named(clinic.id, ids - {""})
    others = {one.sender_id for one in page.messages if one.side == "patient"}
    for one in page.messages:
        if one.side == "staff":
            others |= {seen.person_id for seen in one.seen}
    accounts = await services.accounts.all.named(clinic.id, others)
    return Names(patient, staff, accounts, clinic.name)


def thread_of(
    access: Access,
    page: Page,
    names: Names,
    zone: str,
    files: dict[str, list[MessageFile]],
) -> dict[str, Any]:
    """Return the values of chat/thread.html."""
    me, staff = sender_of(access), is_staff(access)
    rows: list[dict[str, Any]] = []
    last_day = ""
    for one in page.messages:
        day = day_of(one.at, zone)
        rows.append(
            {
                "message": one,
                "day": day if day != last_day else "",
                "who": _("You")
                if one.sender_id == me.id
                else names.of(one.sender_kind, one.sender_id),
                "ours": (one.side == "staff") == staff,
                "note": one.kind == Kind.NOTE,
                "automatic": one.kind == Kind.AUTOMATIC,
                "mine": one.sender_id == me.id,
                "seen": _seen(one, names),
                "files": files.get(one.id, []),
            }
        )
        last_day = day
    theirs = [row["message"] for row in rows if not row["ours"]]
    return {
        "rows": rows,
        "last": theirs[-1].number if theirs else 0,
        "unread": sum(not _has(one, me.id, Receipt.READ) for one in theirs),
        "undelivered": sum(not _has(one, me.id) for one in theirs),
        "page": page,
        "zone": zone,
    }


def typing_words(other: str, *, for_staff: bool) -> dict[str, str]:
    """Return what a page says while somebody else writes, by the kind of person. A patient's page
    names the clinic, never a colleague, and says nothing of one's own side."""
    if not for_staff:
        return {"typing_staff": _("%(name)s is writing…") % {"name": other}}
    return {
        "typing_staff": _("A colleague is writing…"),
        "typing_patient": _("%(name)s is writing…") % {"name": other},
        "typing_proxy": _("Somebody who helps %(name)s is writing…") % {"name": other},
    }


def _has(message: Message, person_id: str, what: str = "") -> bool:
    return any(
        one.person_id == person_id and (not what or one.what == what) for one in message.seen
    )


def _seen(message: Message, names: Names) -> list[tuple[str, str, int]]:
    """Return who of the other side read or confirmed a message, what, and when."""
    kind = "patient" if message.side == "staff" else "staff"
    return [
        (names.of(kind, one.person_id), one.what, one.at)
        for one in message.seen
        if one.what != Receipt.DELIVERED
    ]
