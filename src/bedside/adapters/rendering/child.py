"""The child process: confined first, then one request, its answers, gone.

Started as `python -I -B -m bedside.adapters.rendering.child MEMORY SECONDS` by
`adapters.child_process`. It never writes the file's bytes anywhere but into its answer.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator

from bedside.adapters.rendering import confinement, framing
from bedside.adapters.rendering.incoming import Incoming, IncompleteError
from bedside.adapters.rendering.limits import Refused

_Answers = Iterator[list[bytes]]


def _examine(incoming: Incoming) -> _Answers:
    from bedside.adapters.rendering.examination import examine

    yield framing.frame_examination(examine(incoming))


def _derive(incoming: Incoming) -> _Answers:
    from bedside.adapters.rendering.derivation import steps
    from bedside.adapters.rendering.patience import Patience

    patience = Patience(int(sys.argv[2]))
    for step in steps(incoming):
        yield framing.frame_derivation(step)
        patience.start_again()
    yield framing.frame({})


def _scan(incoming: Incoming) -> _Answers:
    from bedside.adapters.rendering.scan import scan

    yield framing.frame({"signature": scan(incoming)})


def _recognise(incoming: Incoming) -> _Answers:
    from bedside.adapters.rendering.recognition import recognise

    yield framing.frame({"lines": recognise(incoming.whole())})


def _layer(incoming: Incoming) -> _Answers:
    from bedside.adapters.rendering.text_layer import with_words
    from bedside.files.lines_given import lines_of

    pages = {int(number): lines_of(rows) for number, rows in incoming.request["pages"].items()}
    yield framing.frame({}, [with_words(incoming.whole(), pages)])


def _read_form(incoming: Incoming) -> _Answers:
    from bedside.adapters.rendering.form_reading import read

    yield framing.frame({"form": read(incoming.whole())})


def _fill_form(incoming: Incoming) -> _Answers:
    from bedside.adapters.rendering.form_filling import fill

    filled, flat, continued = fill(incoming.whole(), dict(incoming.request["answers"]))
    yield framing.frame({"continued": continued}, [filled, flat])


def _print(incoming: Incoming) -> _Answers:
    from bedside.adapters.rendering.sheet_setting import not_drawn_in, set_as_pdf

    said = incoming.whole()
    yield framing.frame({"not_drawn": not_drawn_in(said)}, [set_as_pdf(said)])


def _bounce(incoming: Incoming) -> _Answers:
    from bedside.adapters.rendering.bounces import read_bounce

    yield framing.frame(read_bounce(incoming.whole()))


def _begin(_incoming: Incoming) -> _Answers:
    yield framing.frame({})


TASKS: dict[str, Callable[[Incoming], _Answers]] = {
    "begin": _begin,
    "bounce": _bounce,
    "examine": _examine,
    "derive": _derive,
    "scan": _scan,
    "recognise": _recognise,
    "layer": _layer,
    "read_form": _read_form,
    "fill_form": _fill_form,
    "print": _print,
}


def _answers(incoming: Incoming) -> _Answers:
    try:
        yield from TASKS[incoming.request["task"]](incoming)
    except Refused as refused:
        yield framing.frame({"refusal": refused.key})
    except IncompleteError:
        yield framing.frame({"failed": "incomplete"})
    except ImportError:
        yield framing.frame({"failed": "library"})  # the installation's fault, not the file's
    except MemoryError:
        yield framing.frame({"failed": "memory"})
    except Exception as error:
        # Only the kind of error: its text may quote the file.
        yield framing.frame({"failed": type(error).__name__})


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
    for pieces in _answers(Incoming(json.loads(line), 0)):
        for piece in pieces:
            view = memoryview(piece)
            while view:
                view = view[os.write(answer_to, view) :]
    os._exit(0)


if __name__ == "__main__":
    main()
