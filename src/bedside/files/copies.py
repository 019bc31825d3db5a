"""Copies for the chart: what Bedside has printed goes through the intake, once.

It is uploaded by a job, as a phone would: the id of the upload is stored before its first byte, so
that a job that was killed knows its upload, and a chart has one copy.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from bedside.charts import rows as chart_rows
from bedside.charts.categories import Category
from bedside.charts.channels import Channel
from bedside.errors import Conflict, Gone, NotFound
from bedside.files.announcing import Allowance, Announced, FileRefused, Upload
from bedside.files.names import titled
from bedside.files.uploads import Uploads
from bedside.kernel import clock, faults
from bedside.kernel.jobs import TryAgain
from bedside.kernel.streams import one_piece
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.permissions import ChartAccess

SOON = 5 * clock.SECOND


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy to be filed. `upload_id` and `file_id` are those of an upload that was begun before,
    "" for none; `source_id` is the visit that it is about, or where else it comes from. Its repr
    omits title and content."""

    title: str
    content: bytes
    category: Category
    channel: Channel
    source_id: str
    upload_id: str
    file_id: str

    def __repr__(self) -> str:
        return f"Copy({self.source_id})"


Keep = Callable[[UnitOfWork, Upload], Awaitable[bool]]
"""Stores the ids of an upload that was begun, and says whether the copy is still wanted in this
chart. Raises TryAgain if another worker has begun one."""


class Copies:
    """Files copies in charts."""

    def __init__(self, database: Transactions, uploads: Uploads) -> None:
        self._database = database
        self._uploads = uploads

    async def file(self, chart: ChartAccess, copy: Copy, keep: Keep) -> None:
        """Upload a copy, unless it is there. Raises TryAgain."""
        upload = await self._begun(chart, copy, keep)
        faults.point("copy.begun")
        if upload is None or upload.finished or upload.refusal:
            return
        try:
            await self._uploads.append(chart, upload.id, 0, one_piece(copy.content))
        except FileRefused:
            return  # its words stay where they were written
        except Conflict as error:
            raise TryAgain(SOON, "another worker is at it") from error
        except NotFound as error:
            raise TryAgain(SOON, "the visit was moved, and its upload with it") from error
        faults.point("copy.filed")

    async def drop(self, chart: ChartAccess, upload_id: str) -> None:
        """Cancel the upload of a copy that was begun; nothing for one that has arrived."""
        with suppress(NotFound, Gone):
            await self._uploads.cancel(chart, upload_id)

    async def _begun(self, chart: ChartAccess, copy: Copy, keep: Keep) -> Upload | None:
        """Return the upload of the copy, begun now or before; None if the copy is in a chart, and
        its upload is forgotten."""
        if copy.upload_id:
            try:
                upload = await self._uploads.find(chart, copy.upload_id)
            except (NotFound, Gone):
                async with self._database.read() as db:
                    if await db.one(chart_rows.OF_FILE, file=copy.file_id) is not None:
                        return None
            else:
                if upload.finished or (upload.length == len(copy.content) and not upload.position):
                    return upload
                # A name or a font may have changed since: no PDF is made of two halves.
                await self._uploads.cancel(chart, upload.id)
        return await self._begin(chart, copy, keep)

    async def _begin(self, chart: ChartAccess, copy: Copy, keep: Keep) -> Upload:
        length = len(copy.content)
        begun = await self._uploads.begin_for_chart(
            chart,
            Announced(titled(copy.title, ".pdf"), length),
            Allowance(largest=length),
            copy.category,
            channel=copy.channel,
            source_id=copy.source_id,
        )
        async with self._database.unit_of_work() as work:
            wanted = await keep(work, begun)
        if not wanted:
            await self._uploads.cancel(chart, begun.id)
            raise TryAgain(SOON, "it belongs to another chart by now")
        return begun
