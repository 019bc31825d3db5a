from io import BufferedIOBase, BytesIO
from types import TracebackType
from typing import Self

DEFECT_INCORRECT: int

class OleFileIO:
    def __init__(self, filename: BufferedIOBase, *, raise_defects: int = ...) -> None: ...
    def listdir(self, streams: bool = ..., storages: bool = ...) -> list[list[str]]: ...
    def openstream(self, filename: str) -> BytesIO: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
