"""A device that no push reaches any more stays in its owner's list, and says so."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("push_devices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("refusals", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.execute("DELETE FROM push_devices WHERE ended != ''")
    with op.batch_alter_table("push_devices", schema=None) as batch_op:
        batch_op.drop_column("refusals")
        batch_op.drop_column("ended")
