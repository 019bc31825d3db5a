"""Texts about visits that several pages share."""

from dataclasses import dataclass

from bedside.kernel.language import gettext as _
from bedside.kernel.language import ngettext
from bedside.visits.room_rows import Room


@dataclass(frozen=True, slots=True)
class Place:
    """A room in a patient's words: the clinician's name for a personal one, else its own."""

    name: str
    personal: bool

    @property
    def taking_you(self) -> str:
        """Text while a patient is being transferred."""
        if self.personal:
            return _("Taking you to {name}’s room now").format(name=self.name)
        return _("Taking you to {name} now").format(name=self.name)

    @property
    def transferred(self) -> str:
        """Text in the waiting room after a transfer."""
        if self.personal:
            return _("You have been transferred to {name}’s room").format(name=self.name)
        return _("You have been transferred to {name}").format(name=self.name)

    @property
    def room(self) -> str:
        """Text for the room by itself."""
        if self.personal:
            return _("{name}'s room").format(name=self.name)
        return self.name


def place(room: Room, owner_name: str) -> Place:
    """Return a room in a patient's words. `owner_name` is that of the owner of a personal room."""
    personal = room.personal and bool(owner_name)
    return Place(owner_name if personal else room.name, personal)


def usual_wait(minutes: int) -> str:
    """Text of the estimate: nothing is promised."""
    if minutes < 5:
        return _("Usually less than 5 minutes")
    said = ngettext("Usually about {minutes} minute", "Usually about {minutes} minutes", minutes)
    return said.format(minutes=minutes)
