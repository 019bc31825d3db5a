"""Printing of sheets (`printing.ports.Printer`) by typst, in a child process."""

import json
from collections.abc import AsyncIterator

from bedside.adapters.child_process import ChildFailed, Children
from bedside.errors import Unavailable
from bedside.printing.ports import Sheet


class SheetPrinter:
    """Prints in child processes, so that setting a long text keeps nobody waiting."""

    def __init__(self, children: Children) -> None:
        self._children = children

    async def pdf(self, sheet: Sheet) -> bytes:
        """See `Printer.pdf`."""
        said = json.dumps(_as_json(sheet)).encode()
        try:
            answer = await self._children.ask("print", _piece(said), len(said))
        except ChildFailed as error:
            raise Unavailable from error
        if len(answer.parts) != 1 or not answer.parts[0].startswith(b"%PDF-"):
            raise Unavailable
        return answer.parts[0]


def _as_json(sheet: Sheet) -> dict[str, object]:
    day = sheet.written_on
    return {
        "language": sheet.language,
        "from_right": sheet.from_right,
        "title": sheet.title,
        "author": sheet.author,
        "written_on": {"year": day.year, "month": day.month, "day": day.day},
        "sender": list(sheet.sender),
        "about": [list(one) for one in sheet.about],
        "body": sheet.body.model_dump(mode="json"),
        "closing": sheet.closing,
        "page_of": sheet.page_of,
        "large": sheet.large,
    }


async def _piece(said: bytes) -> AsyncIterator[bytes]:
    yield said
