"""People who ask at the door of a room for a link that they have lost."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lost_links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_lost_links_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lost_links")),
    )
    with op.batch_alter_table("lost_links", schema=None) as batch_op:
        batch_op.create_index("ix_lost_links_room", ["room_id", "person"], unique=True)
        batch_op.create_index("ix_lost_links_clinic", ["clinic_id", "asked_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("lost_links", schema=None) as batch_op:
        batch_op.drop_index("ix_lost_links_clinic")
        batch_op.drop_index("ix_lost_links_room")
    op.drop_table("lost_links")
