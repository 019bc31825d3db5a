"""Executes another program, confined: `-m …confined_program MEMORY SECONDS PROGRAM ARGUMENT…`.

For OCR by tesseract, whose input comes from a hostile file.
"""

import os
import sys

from bedside.adapters.rendering import confinement


def main() -> None:
    """Confine this process, then replace it with the program."""
    confinement.limit(memory=int(sys.argv[1]), seconds=int(sys.argv[2]))
    confinement.confine(program=sys.argv[3])
    os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 - the path comes from our own settings


if __name__ == "__main__":
    main()
