"""Executes another program, confined: `-m …confined_program MEMORY SECONDS PROGRAM ARGUMENT…`.

For OCR by tesseract and pages drawn by poppler, whose input comes from a hostile file.
"""

import os
import sys
from pathlib import Path

from bedside.adapters.rendering import confinement

FONTS = Path(__file__).with_name("fonts.conf")
"""For fontconfig: which fonts programs draw with."""


def main() -> None:
    """Confine this process, then replace it with the program."""
    confinement.limit(memory=int(sys.argv[1]), seconds=int(sys.argv[2]))
    confinement.confine(program=sys.argv[3])
    os.environ["FONTCONFIG_FILE"] = str(FONTS)
    os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 - the path comes from our own settings


if __name__ == "__main__":
    main()
