"""The allocator keeps its configuration."""

import subprocess
import sys

import pytest

_MEASURE = """
import resource
from bedside.kernel.memory import tune_allocator
if {tuned}:
    assert tune_allocator()
for _ in range(3):
    bytes(1 << 20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(200):
    bytes(1 << 20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _page_faults(*, tuned: bool) -> int:
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURE.format(tuned=tuned)],
        capture_output=True,
        check=True,
        env={"MALLOC_MMAP_THRESHOLD_": "131072"},  # without it glibc adapts by itself
    )
    return int(ran.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator")
def test_large_buffers_are_not_mapped_anew_each_time() -> None:
    assert _page_faults(tuned=False) >= 200
    assert _page_faults(tuned=True) < 20
