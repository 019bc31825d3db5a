"""Files that were destroyed before anybody could look at them: what is said, and to whom."""

from dataclasses import dataclass

from bedside.charts.records import Entry
from bedside.files.states import FileState
from bedside.kernel.language import gettext as _
from bedside.people.permissions import StaffAccess
from bedside.services import Services


@dataclass(frozen=True, slots=True)
class Alarm:
    """A destroyed file. Red is for malware from outside the clinic; the rest asks for attention."""

    entry: Entry
    title: str
    reason: str
    tone: str
    icon: str


def concerns(staff: StaffAccess, entry: Entry) -> bool:
    """Whether somebody is told: of malware and of patients' files everybody is, of a colleague's
    file that was refused only this colleague, who has the original."""
    by_colleague = entry.sender_kind == "staff" and entry.sender_id != staff.staff_id
    return entry.state == FileState.INFECTED or not by_colleague


async def alarm_of(services: Services, entry: Entry, patient: str) -> Alarm:
    """Return what to say of a destroyed file of this patient."""
    by_staff = entry.sender_kind == "staff"
    if entry.state == FileState.INFECTED:
        title = _("A file of %(name)s was infected and destroyed") % {"name": patient}
        reason = _("Nobody could open it. Ask for it again, from another device.")
        if by_staff:
            reason = _(
                "Nobody could open it. It came from a computer of the clinic: tell whoever looks "
                "after it."
            )
        return Alarm(entry, title, reason, "attention" if by_staff else "bad", "shield-alert")
    facts = await services.files.retrieval.facts(entry)
    title = _("A file of %(name)s was refused and not kept") % {"name": patient}
    reason = facts.refusal or _("Nobody could open it. Ask the sender for it again.")
    return Alarm(entry, title, reason, "attention", "file-x")
