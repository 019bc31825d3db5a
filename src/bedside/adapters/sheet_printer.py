"""Printing of sheets (`printing.ports.Printer`) by typst, in a child process."""

from pydantic import TypeAdapter

from bedside.adapters.child_process import ChildFailed, Children
from bedside.errors import Unavailable
from bedside.kernel.streams import one_piece
from bedside.printing.ports import Sheet

_AS_JSON = TypeAdapter(Sheet)


class SheetPrinter:
    """Prints in child processes, so that setting a long text keeps nobody waiting."""

    def __init__(self, children: Children) -> None:
        self._children = children

    async def pdf(self, sheet: Sheet) -> bytes:
        """See `Printer.pdf`."""
        said = _AS_JSON.dump_json(sheet)
        try:
            answer = await self._children.ask("print", one_piece(said), len(said))
        except ChildFailed as error:
            raise Unavailable from error
        if len(answer.parts) != 1 or not answer.parts[0].startswith(b"%PDF-"):
            raise Unavailable
        return answer.parts[0]
