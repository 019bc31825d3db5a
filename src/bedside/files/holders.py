"""Kinds of holders of files that are in no chart yet. Each domain declares its kind; `bootstrap`
registers them all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.files.file_rows import FileRow
from bedside.kernel.events import Event
from bedside.kernel.kinds import Kinds
from bedside.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FileChange:
    """A change of a held file: a state of `files.states`, or “discarded”. `preview` is true once
    there is a small picture of it."""

    holder_id: str
    file_id: str
    state: str
    refusal: str = ""
    preview: bool = False


@dataclass(frozen=True, slots=True)
class HolderKind:
    """One kind of holder. Its ids begin with `prefix`, such as `req`; `channel` and `category` are
    those of its files in a chart.

    `changed` is called, in the unit of work and with the lock of the holder, when a file (a row of
    files) was received, scanned, refused or given its preview. `event` returns the event for open
    pages of the holder, also when the file is discarded; None for a kind that emits its own.
    """

    prefix: str
    channel: Channel
    category: Category
    changed: Callable[[UnitOfWork, FileRow], Awaitable[None]]
    event: Callable[[FileChange], Event] | None = None


HolderKinds = Kinds[HolderKind]
