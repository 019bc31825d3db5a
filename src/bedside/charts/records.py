"""The data of a chart entry, as it goes in and as staff see it."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bedside.audit import Actor

DEAD = ("refused", "infected")
"""States in which the content was destroyed; there is nothing left to review."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file being filed into a chart. Times in milliseconds, `size` in bytes.

    `label` is what staff should call it if its file name says nothing about its content;
    `reviewed` means that its sender knows it, so that nobody has to review it first.
    """

    clinic_id: str
    patient_id: str
    file_id: str
    name: str
    size: int
    media_type: str
    state: str
    channel: str
    category: str
    source_id: str
    actor: Actor
    received_at: int
    comment: str = ""
    taken_at: int = 0
    label: str = ""
    reviewed: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as staff see it. `name` is the file name; `label` what staff call it.

    `moved_to` and `moved_from` are entries of other charts; `moved_at`, `moved_by` and
    `move_reason` describe that move in both charts.
    """

    id: str
    patient_id: str
    file_id: str
    state: str
    media_type: str
    size: int
    category: str
    channel: str
    source_id: str
    sender_kind: str
    sender_id: str
    received_at: int
    reviewed_at: int
    reviewed_by: str
    moved_from: str
    moved_to: str
    version: int
    name: str
    label: str = ""
    comment: str = ""
    note: str = ""
    taken_at: int = 0
    moved_at: int = 0
    moved_by: str = ""
    move_reason: str = ""

    @property
    def title(self) -> str:
        """The title in lists: the label if there is one, else the file name."""
        return self.label or self.name

    @property
    def reviewed(self) -> bool:
        """Whether staff marked it reviewed."""
        return self.reviewed_at > 0

    @property
    def waits_for_review(self) -> bool:
        """Whether it counts as unreviewed: it is in this chart, and was not destroyed."""
        return not self.reviewed and not self.moved_to and self.state not in DEAD


@dataclass(frozen=True, slots=True)
class ChartFilter:
    """The filter of a chart page; empty values do not filter. Times in milliseconds."""

    kinds: tuple[str, ...] = ()
    """Media types."""
    category: str = ""
    channel: str = ""
    sender_kind: str = ""
    sender_id: str = ""
    unreviewed: bool = False
    size: int = 0
    """In bytes."""
    since: int = 0
    until: int = 0
    entry_ids: tuple[str, ...] | None = None
    older_than: tuple[int, str] | None = None
    """(received_at, id) of the last entry of the previous page."""
    limit: int = 200


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who sent something into a chart. `kind` is that of an audit actor."""

    kind: str
    id: str


class Tally(NamedTuple):
    """How many entries of a chart have these facts in common."""

    media_type: str
    category: str
    channel: str
    sender_kind: str
    sender_id: str
    entries: int


@dataclass(frozen=True, slots=True)
class Counts:
    """The entries of a chart, counted by what they can be filtered by, and how many of them wait
    for review."""

    tallies: tuple[Tally, ...]
    unreviewed: int

    @property
    def entries(self) -> int:
        """The number of entries."""
        return sum(tally.entries for tally in self.tallies)

    @property
    def senders(self) -> list[Sender]:
        """Everybody who ever sent something into the chart."""
        return [
            Sender(*one) for one in sorted({(t.sender_kind, t.sender_id) for t in self.tallies})
        ]


@dataclass(frozen=True, slots=True)
class Version:
    """The state of an entry before a change."""

    version: int
    changed_at: int
    changed_by: str
    category: str
    record: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def label(self) -> str:
        """The label at that time."""
        return str(self.record.get("label", ""))

    @property
    def note(self) -> str:
        """The staff's note at that time."""
        return str(self.record.get("note", ""))
