"""Files in the chat: drafts that hold them, and entries that went along with messages."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_entries",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "message_id", name=op.f("pk_sent_entries")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sent_entries_message", "sent_entries", ["message_id"])
    op.create_table(
        "conversation_drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("touched_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_conversation_drafts_clinic_id_clinics")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"],
            ["patients.id"],
            name=op.f("fk_conversation_drafts_patient_id_patients"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_drafts")),
    )
    op.create_index("ix_conversation_drafts_owner", "conversation_drafts", ["owner_id"])
    op.create_index("ix_conversation_drafts_patient", "conversation_drafts", ["patient_id"])
    op.create_index("ix_conversation_drafts_touched", "conversation_drafts", ["touched_at"])


def downgrade() -> None:
    op.drop_index("ix_conversation_drafts_touched", "conversation_drafts")
    op.drop_index("ix_conversation_drafts_patient", "conversation_drafts")
    op.drop_index("ix_conversation_drafts_owner", "conversation_drafts")
    op.drop_table("conversation_drafts")
    op.drop_index("ix_sent_entries_message", "sent_entries")
    op.drop_table("sent_entries")
