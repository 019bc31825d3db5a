"""The child process: confined first, then one request, one answer, gone.

Started as `python -I -B -m bedside.adapters.rendering.child MEMORY SECONDS` by
`adapters.child_process`. It never writes the file's bytes anywhere but into its answer.
"""

import json
import os
import sys
from collections.abc import Callable

from bedside.adapters.rendering import confinement, framing
from bedside.adapters.rendering.incoming import Incoming, IncompleteError
from bedside.adapters.rendering.limits import Refused


def _examine(incoming: Incoming) -> list[bytes]:
    from bedside.adapters.rendering.examination import examine

    return framing.frame_examination(examine(incoming))


def _derive(incoming: Incoming) -> list[bytes]:
    from bedside.adapters.rendering.derivation import derive

    return framing.frame_derivation(derive(incoming))


def _scan(incoming: Incoming) -> list[bytes]:
    from bedside.adapters.rendering.scan import scan

    return framing.frame({"signature": scan(incoming)})


def _recognise(incoming: Incoming) -> list[bytes]:
    from bedside.adapters.rendering.recognition import recognise

    return framing.frame({"text": recognise(incoming.whole())})


def _begin(_incoming: Incoming) -> list[bytes]:
    return framing.frame({})


TASKS: dict[str, Callable[[Incoming], list[bytes]]] = {
    "begin": _begin,
    "examine": _examine,
    "derive": _derive,
    "scan": _scan,
    "recognise": _recognise,
}


def _answer(incoming: Incoming) -> list[bytes]:
    try:
        return TASKS[incoming.request["task"]](incoming)
    except Refused as refused:
        return framing.frame({"refusal": refused.key})
    except IncompleteError:
        return framing.frame({"failed": "incomplete"})
    except ImportError:
        return framing.frame({"failed": "library"})  # the installation's fault, not the file's
    except MemoryError:
        return framing.frame({"failed": "memory"})
    except Exception as error:
        # Only the kind of error: its text may quote the file.
        return framing.frame({"failed": type(error).__name__})


def main() -> None:
    """Confine this process, then answer the one request on standard input."""
    confinement.limit(memory=int(sys.argv[1]), seconds=int(sys.argv[2]))
    answer_to = os.dup(1)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.write(answer_to, framing.ready(confinement.confine()))
    line = bytearray()
    while not line.endswith(b"\n"):
        read = os.read(0, 1)
        if not read:
            return
        line += read
    for piece in _answer(Incoming(json.loads(line), 0)):
        view = memoryview(piece)
        while view:
            view = view[os.write(answer_to, view) :]
    os._exit(0)


if __name__ == "__main__":
    main()
