"""The scanner that is always available: own signatures, matched by YARA-X in a child process
(F5)."""

from collections.abc import AsyncIterator

from bedside.adapters.child_process import ChildFailed, Children
from bedside.errors import Unavailable
from bedside.files.ports import Cause, Examination, ScanResult, Verdict
from bedside.kernel.language import N_

_NAME = N_("Built-in scanner")


class BuiltInScanner:
    """Detects the EICAR test file, PDF that starts programs, and Office macros.

    It is no substitute for ClamAV, and the screen names it, so that nobody takes it for one.
    """

    def __init__(self, children: Children | None = None) -> None:
        self._children = children or Children()

    @property
    def name(self) -> str:
        """The scanner's name for the screen."""
        return _NAME

    async def scan(self, chunks: AsyncIterator[bytes], size: int) -> ScanResult:
        """Scan a stream of `size` bytes; UNSCANNED if the file breaks the scan or unpacks to more
        than it looks at."""
        try:
            answer = await self._children.ask("scan", chunks, size)
        except ChildFailed:
            return _unscanned(Cause.BROKE, N_("the file broke the scan"))
        except Unavailable:
            return _unscanned(Cause.AWAY, N_("the scanner could not be started"))
        if "refusal" in answer.header:
            return _unscanned(Cause.TOO_LARGE, N_("the file unpacks to too much"))
        signature = answer.header.get("signature")
        if not isinstance(signature, str):
            return _unscanned(Cause.BROKE, N_("the file broke the scan"))
        if signature:
            return ScanResult(Verdict.INFECTED, _NAME, signature=signature[:100])
        return ScanResult(Verdict.CLEAN, _NAME)

    async def complete(self, result: ScanResult, size: int, found: Examination) -> ScanResult:
        """Return the same verdict: it has looked at all it could unpack, or refused to."""
        del size, found
        return result

    async def shortcomings(self) -> list[str]:
        """Return nothing that its name does not already say."""
        return []


def _unscanned(cause: Cause, reason: str) -> ScanResult:
    return ScanResult(Verdict.UNSCANNED, _NAME, reason=reason, cause=cause)
