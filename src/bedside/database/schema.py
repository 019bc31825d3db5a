"""The tables, brought up to date by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0001"
"""The newest revision; a test compares it with the files."""


def upgrade(url: str) -> None:
    """Bring a database to the newest revision. Blocking; asks for no running event loop."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def sqlalchemy_url(url: str) -> str:
    """The same database for SQLAlchemy's own engine, which migrations use."""
    if url.startswith("sqlite:"):
        return url
    return "postgresql+asyncpg://" + url.split("://", 1)[1]


