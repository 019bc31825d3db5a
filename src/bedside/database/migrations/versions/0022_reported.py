"""What somebody reports on a link's page is called that."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_NAMES = {"told": "reported", "told_at": "reported_at"}


def upgrade() -> None:
    for before, after in _NAMES.items():
        op.execute(f"ALTER TABLE requests RENAME COLUMN {before} TO {after}")


def downgrade() -> None:
    for before, after in _NAMES.items():
        op.execute(f"ALTER TABLE requests RENAME COLUMN {after} TO {before}")
