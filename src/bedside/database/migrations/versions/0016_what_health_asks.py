"""Signs of life of the workers, and the messages that have not left."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_WAITING = sa.text("state IN ('queued', 'sending')")
_FAILED = sa.text("state = 'failed'")


def upgrade() -> None:
    op.create_table(
        "worker_beats",
        sa.Column("worker_id", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_worker_beats")),
    )
    for name, which in (("waiting", _WAITING), ("failed", _FAILED)):
        op.create_index(
            f"ix_notifications_{name}",
            "notifications",
            ["channel", "created_at"],
            sqlite_where=which,
            postgresql_where=which,
        )


def downgrade() -> None:
    op.drop_index("ix_notifications_failed", "notifications")
    op.drop_index("ix_notifications_waiting", "notifications")
    op.drop_table("worker_beats")
