"""Writes a migration from changes in the tables: `python -m scripts.new_migration "message"`.

Review the result before committing it: Alembic sees columns, not intentions.
"""

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

import bedside
from bedside.database import schema, tables


def load_all_models() -> None:
    """Import each domain's tables, so that they are in the registry."""
    root = Path(bedside.__path__[0])
    for path in sorted(root.rglob("models.py")):
        importlib.import_module(
            ".".join(["bedside", *path.relative_to(root).with_suffix("").parts])
        )


def main() -> None:
    message = sys.argv[1]
    load_all_models()
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{directory}/new.db"
        if schema.migrations():
            schema.upgrade(url)
        number = int(schema.newest_revision(default="0000")) + 1
        command.revision(
            schema.configuration(url, tables.metadata),
            message,
            autogenerate=True,
            rev_id=f"{number:04d}",
        )
    subprocess.run(
        [sys.executable, "-m", "ruff", "format", "-q", "src/bedside/database/migrations/versions"],
        check=True,
    )


if __name__ == "__main__":
    main()
