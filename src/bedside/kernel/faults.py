"""Fault points: named places where a test makes the process die, as in a power cut.

`BEDSIDE_FAULT=upload.sealed:2` kills the process (SIGKILL) when it reaches `upload.sealed` for the
second time. Without that variable a point does nothing. There is one after each step that changes
something outside a transaction; tests/faults goes through all of them.
"""

import os
import signal

_name, _, _nth = os.environ.get("BEDSIDE_FAULT", "").partition(":")
_left = int(_nth or 1)


def point(name: str) -> None:
    """Die here if the test that started this process asked for it."""
    global _left  # noqa: PLW0603 - how often is left to come is a matter of the process
    if name != _name:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
