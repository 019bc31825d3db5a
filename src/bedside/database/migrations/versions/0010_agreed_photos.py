"""Photos a patient has agreed to send, each by its name.

Requests in progress keep what was agreed to before: everything they hold or receive by then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


_HELD = """
    INSERT INTO agreed_photos (request_id, photo, outcome, file_id, agreed_at)
    SELECT r.id, f.id, 'coming', '', r.agreed_at FROM requests r JOIN files f ON f.holder_id = r.id
    WHERE r.expected > r.filed AND f.state NOT IN ('refused', 'infected')
"""
_ON_THEIR_WAY = """
    INSERT INTO agreed_photos (request_id, photo, outcome, file_id, agreed_at)
    SELECT r.id, u.file_id, 'coming', '', r.agreed_at
    FROM requests r JOIN uploads u ON u.holder_id = r.id
    WHERE r.expected > r.filed AND NOT u.finished AND u.refusal = ''
"""


def upgrade() -> None:
    op.create_table(
        "agreed_photos",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("photo", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("agreed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"]),
        sa.PrimaryKeyConstraint("request_id", "photo", name=op.f("pk_agreed_photos")),
        sqlite_with_rowid=False,
    )
    op.execute(_HELD)
    op.execute(_ON_THEIR_WAY)


def downgrade() -> None:
    op.drop_table("agreed_photos")
