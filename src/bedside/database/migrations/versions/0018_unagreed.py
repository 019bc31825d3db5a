"""Since when a request holds files that its patient has not agreed to send."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_WAITING = """
    UPDATE requests SET unagreed_at = changed_at
    WHERE state = 'in_progress' AND expected <= filed AND EXISTS (
        SELECT 1 FROM files
        WHERE files.holder_id = requests.id AND files.state IN ('filed', 'unscanned')
    )
"""


def upgrade() -> None:
    op.add_column(
        "requests",
        sa.Column("unagreed_at", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.execute(_WAITING)


def downgrade() -> None:
    op.drop_column("requests", "unagreed_at")
