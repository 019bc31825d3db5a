"""Memory of a worker while large files arrive at once."""

from pathlib import Path

from benchmarks.load import put, timed_uploads
from benchmarks.servers import data_plane
from benchmarks.table import Row, Scale, at_most

AT_ONCE = 12


def run(scale: Scale, directory: Path, body: Path) -> list[Row]:
    """Twelve files of a tenth of the size, then twelve of the full size."""
    with data_plane(directory) as ours:
        idle = ours.memory()
        timed_uploads(ours.port, put(body, scale.file // 10), AT_ONCE, AT_ONCE)
        smaller = ours.memory("VmHWM")
        ours.clear()
        timed_uploads(ours.port, put(body, scale.file), AT_ONCE, AT_ONCE)
        most = ours.memory("VmHWM")
    megabytes = scale.file // 1_000_000
    return [
        at_most(
            f"memory while {AT_ONCE} × {megabytes} MB arrive",
            most,
            90,
            "MB",
            f"{idle:.0f} MB idle; {smaller:.0f} MB for files of a tenth of the size",
        )
    ]
