"""Places kept as long as the wait, and visits that go on by telephone."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("visits", schema=None) as batch_op:
        for name, kind, default in (
            ("grace_minutes", sa.Integer(), "0"),
            ("texted_at", sa.BigInteger(), "0"),
            ("on_telephone", sa.Boolean(), sa.false()),
            ("telephone_at", sa.BigInteger(), "0"),
            ("telephone_by", sa.Text(), ""),
        ):
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=default))


def downgrade() -> None:
    with op.batch_alter_table("visits", schema=None) as batch_op:
        for name in ("telephone_by", "telephone_at", "on_telephone", "texted_at", "grace_minutes"):
            batch_op.drop_column(name)
