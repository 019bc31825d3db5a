"""Memory of a web process while large files arrive in parallel."""

from pathlib import Path

from benchmarks.load import put, timed_uploads, tus_in_one
from benchmarks.servers import Installation, data_plane, install, product
from benchmarks.table import Row, Scale, at_most, found

AT_ONCE = 12


def run(scale: Scale, directory: Path, body: Path) -> list[Row]:
    """Send twelve files of a tenth of the size, then twelve of the full size."""
    installation = install(directory / "ours")
    own = _peaks(scale, body, installation, worker=False)
    inside = _peaks(scale, body, installation, worker=True)
    megabytes = scale.file // 1_000_000
    what = f"memory while {AT_ONCE} × {megabytes} MB arrive"
    return [
        at_most(what, own[2], 90, "MB", _smaller(own)),
        found(
            "  with the worker inside, which scans them", f"{inside[2]:.0f} MB", _smaller(inside)
        ),
        found("  data plane alone", f"{_bare(scale, body, directory / 'bare'):.0f} MB", ""),
    ]


def _smaller(peaks: tuple[float, float, float]) -> str:
    idle, smaller, _ = peaks
    return f"{idle:.0f} MB idle; {smaller:.0f} MB for files of a tenth of the size"


def _peaks(
    scale: Scale, body: Path, installation: Installation, *, worker: bool
) -> tuple[float, float, float]:
    """Return megabytes: idle, peak with files of a tenth of the size, peak with the full size."""
    with product(installation, worker=worker) as ours:
        idle = ours.memory()

        def send(size: int) -> float:
            way = tus_in_one(body, size, to=ours.uploads, headers=ours.headers)
            timed_uploads(ours.port, way, AT_ONCE, AT_ONCE)
            return ours.memory("VmHWM")

        return idle, send(scale.file // 10), send(scale.file)


def _bare(scale: Scale, body: Path, directory: Path) -> float:
    with data_plane(directory) as bare:
        timed_uploads(bare.port, put(body, scale.file), AT_ONCE, AT_ONCE)
        return bare.memory("VmHWM")
