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


async def lock(work: UnitOfWork, row: FileRow) -> None:
    """Lock the holder of a file, if it has one; holders lock themselves before the file's row as
    well."""
    if row.holder_id:
        await work.lock(row.holder_id)


async def notify(kinds: HolderKinds, work: UnitOfWork, row: FileRow, *, preview: bool) -> None:
    """Tell the holder of a change of its file, and open pages of the holder."""
    await kinds.of(row.holder_id).changed(work, row)
    emit(kinds, work, FileChange(row.holder_id, row.id, row.state, row.refusal, preview))


def emit(kinds: HolderKinds, work: UnitOfWork, change: FileChange) -> None:
    """Emit the event of a change, if the kind of the holder has one."""
    event = kinds.of(change.holder_id).event
    if event is not None:
        work.emit(event(change))
