"""ClamAV's daemon as a scanner."""

import re
from collections.abc import AsyncIterator
from typing import Literal

from bedside.adapters.clamd_connection import ClamdConnection, NoAnswer
from bedside.adapters.clamd_limits import NOT_CERTAIN, ClamdLimits
from bedside.files.ports import Cause, Examination, ScanResult, Verdict
from bedside.kernel.language import N_

_VERSION = re.compile(r"ClamAV (\d+(?:\.\d+)*)")
_NOT_MALWARE = (
    ("Heuristics.Limits.Exceeded", Cause.TOO_LARGE, N_("the file is larger than ClamAV looks at")),
    ("Heuristics.Encrypted", Cause.ENCRYPTED, N_("ClamAV cannot look into what is encrypted")),
)
"""Results that clamd reports as FOUND although it found nothing: it was unable to look."""
_MACROS = "Heuristics.OLE2.ContainsMacros"
_TOO_LARGE = N_("the file is larger than ClamAV is set to take")


Suspicions = Literal["hold", "open", "destroy"]
"""The treatment of a file that is only suspected: it is kept closed, opened with a warning, or
destroyed."""


class ClamdScanner:
    """Scans through the clamd at `address`, as in the setting (`settings.socket_address`).

    `seconds` is how long clamd may be silent, while taking the file and before its verdict.
    `suspicions` is the setting of that name. `file_limit` and `total_limit` are its MaxFileSize
    and MaxScanSize in bytes if configured; otherwise they are measured.
    """

    def __init__(
        self,
        address: str,
        *,
        seconds: float = 60,
        file_limit: int | None = None,
        total_limit: int | None = None,
        suspicions: Suspicions = "hold",
    ) -> None:
        self._connection = ClamdConnection(address, seconds)
        self._limits = ClamdLimits(self._connection, file=file_limit, total=total_limit)
        self._suspicions = suspicions
        self._name = "ClamAV"

    @property
    def name(self) -> str:
        """“ClamAV 1.4.1” once clamd has reported its version, “ClamAV” before."""
        return self._name

    async def scan(self, chunks: AsyncIterator[bytes], size: int) -> ScanResult:
        """Scan a stream of `size` bytes. Nothing but clamd's own “OK” ever becomes CLEAN, and not
        even that for more than clamd looks at.

        UNSCANNED, with its cause, if clamd is down, too slow, has not looked or is not certain.
        Errors of `chunks` are passed on to the caller.
        """
        try:
            found = _VERSION.match(await self._connection.version())
            self._name = f"ClamAV {found[1]}" if found else "ClamAV"
            reply = await self._connection.scan(chunks)
            if reply == "stream: OK" and not await self._limits.looks_at(size):
                return self._unscanned(Cause.TOO_LARGE, _TOO_LARGE)
        except NoAnswer as failed:
            return self._unscanned(Cause.BROKE if failed.had_all else Cause.AWAY, failed.reason)
        return self._verdict(reply)

    async def complete(self, result: ScanResult, size: int, found: Examination) -> ScanResult:
        """Revise the verdict once it is known how large the file unpacks: clamd says “OK” of
        members that it does not look into."""
        if result.verdict is not Verdict.CLEAN:
            return result
        try:
            if await self._limits.looks_at(size, found.largest_member, found.unpacked):
                return result
        except NoAnswer as failed:
            return self._unscanned(Cause.AWAY, failed.reason)
        return self._unscanned(Cause.TOO_LARGE, N_("the file unpacks to more than ClamAV looks at"))

    async def shortcomings(self) -> list[str]:
        """Describe to the operator what keeps its verdicts from being complete; empty when it is
        down."""
        said: list[str] = []
        try:
            if not await self._limits.reports():
                said.append(
                    "ClamAV does not say when it stops looking into a file. "
                    "Set AlertExceedsMax yes in clamd.conf."
                )
            if await self._limits.assumed():
                said.append(
                    "ClamAV does not find the EICAR test file in an archive: its signatures are "
                    "missing or not the official ones, or ScanArchive is off. Its limits cannot be "
                    "measured. Run freshclam, or set clamd_max_file_size and clamd_max_scan_size."
                )
        except NoAnswer:
            return []
        return said

    def _verdict(self, reply: str) -> ScanResult:
        if reply == "stream: OK":
            return ScanResult(Verdict.CLEAN, self._name)
        if reply.startswith("stream: ") and reply.endswith(" FOUND"):
            return self._found(reply.removeprefix("stream: ").removesuffix(" FOUND"))
        if "size limit exceeded" in reply:
            return self._unscanned(Cause.TOO_LARGE, _TOO_LARGE)
        return self._unscanned(Cause.AWAY, N_("ClamAV reported an error"))

    def _found(self, signature: str) -> ScanResult:
        for beginning, cause, reason in _NOT_MALWARE:
            if signature.startswith(beginning):
                return self._unscanned(cause, reason, signature)
        if signature.startswith(NOT_CERTAIN) and not signature.startswith(_MACROS):
            return self._suspected(signature)
        return ScanResult(Verdict.INFECTED, self._name, signature=signature)

    def _suspected(self, signature: str) -> ScanResult:
        """Return what the operator has chosen for suspicions."""
        if self._suspicions == "hold":
            return self._unscanned(Cause.SUSPECTED, N_("ClamAV suspects it only"), signature)
        is_open = self._suspicions == "open"
        verdict = Verdict.CLEAN if is_open else Verdict.INFECTED
        return ScanResult(verdict, self._name, signature=signature)

    def _unscanned(self, cause: Cause, reason: str, signature: str = "") -> ScanResult:
        return ScanResult(
            Verdict.UNSCANNED, self._name, signature=signature, reason=reason, cause=cause
        )
