"""Printing of sheets (`printing.ports.Printer`) by typst, in a child process."""

from pydantic import TypeAdapter

from bedside.adapters.child_process import Answer, ChildFailed, Children
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
        return (await self._printed(sheet)).parts[0]

    async def not_drawn(self, sheet: Sheet) -> str:
        """See `Printer.not_drawn`."""
        letters = (await self._printed(sheet)).header.get("not_drawn")
        return letters if isinstance(letters, str) else ""

    async def _printed(self, sheet: Sheet) -> Answer:
        said = _AS_JSON.dump_json(sheet)
        try:
            answer = await self._children.ask("print", one_piece(said), len(said))
        except ChildFailed as error:
            raise Unavailable from error
        if len(answer.parts) != 1 or not answer.parts[0].startswith(b"%PDF-"):
            raise Unavailable
        return answer
