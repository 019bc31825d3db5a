"""The scanner that is always there: own signatures, matched by YARA-X in a child process (F5)."""

from collections.abc import AsyncIterator

from bedside.adapters.child_process import ChildFailed, Children
from bedside.errors import Unavailable
from bedside.files.ports import ScanResult, Verdict

_NAME = "Built-in scanner"


class BuiltInScanner:
    """Looks for the EICAR test file, PDF with scripts or launch actions, and Office macros.

    It is no substitute for ClamAV, and the screen names it, so that nobody takes it for one.
    """

    def __init__(self, children: Children | None = None) -> None:
        self._children = children or Children()

    @property
    def name(self) -> str:
        """What the screen says did the scan."""
        return _NAME

    async def scan(self, chunks: AsyncIterator[bytes], size: int) -> ScanResult:
        """Scan a stream of `size` bytes; UNSCANNED when the file breaks the scan."""
        try:
            answer = await self._children.ask("scan", chunks, size)
        except ChildFailed:
            return ScanResult(Verdict.UNSCANNED, _NAME, reason="the file is too complex to scan")
        except Unavailable:
            return ScanResult(Verdict.UNSCANNED, _NAME, reason="the scanner could not be started")
        signature = answer.header.get("signature")
        if not isinstance(signature, str):
            return ScanResult(Verdict.UNSCANNED, _NAME, reason="the file is too complex to scan")
        if signature:
            return ScanResult(Verdict.INFECTED, _NAME, signature=signature[:100])
        return ScanResult(Verdict.CLEAN, _NAME)
