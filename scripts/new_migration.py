"""Writes a migration from changes in the tables: `python -m scripts.new_migration "message"`.

Review the result before committing it: Alembic sees columns, not intentions.
"""

import importlib
import pkgutil
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

import bedside
from bedside.database import schema, tables


def load_all_models() -> None:
    """Import each domain's tables, so that they are in the registry."""
    for package in pkgutil.iter_modules(bedside.__path__):
        if package.ispkg and (Path(bedside.__path__[0]) / package.name / "models.py").exists():
            importlib.import_module(f"bedside.{package.name}.models")


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
