"""An installation that an earlier version has had in between."""

import asyncio
import subprocess
import sys

from tests.house import House

_UP_AND_DOWN = """
import sys
from alembic import command
from alembic.script import ScriptDirectory
from bedside.database import schema
configuration = schema.configuration(sys.argv[1])
command.stamp(configuration, "head")
migration = ScriptDirectory.from_config(configuration).get_revision(sys.argv[2])
command.downgrade(configuration, str(migration.down_revision))
command.upgrade(configuration, "head")
"""


async def by_way_of_before(house: House, revision: str) -> None:
    """Undo the migrations from this one on, and run them again, as an upgrade does.

    In a process of its own, as `bedside migrate` is: two libraries of SQLite in one process take
    each other's locks away.
    """
    url = f"sqlite:///{house.settings.data}/bedside.db"
    arguments = [sys.executable, "-c", _UP_AND_DOWN, url, revision]
    await asyncio.to_thread(subprocess.run, arguments, check=True)
