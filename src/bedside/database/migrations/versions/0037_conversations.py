"""Conversations between patients and the clinic, outside visits."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversation_topics",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_topics")),
    )
    with op.batch_alter_table("conversation_topics", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_topics_clinic", ["clinic_id", "position"], unique=False
        )

    op.create_table(
        "conversations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("topic_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("assignee_id", sa.Text(), nullable=False),
        sa.Column("quotes_id", sa.Text(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("last_by", sa.Text(), nullable=False),
        sa.Column("waiting_since", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("slipped_at", sa.BigInteger(), nullable=False),
        sa.Column("snoozed_until", sa.BigInteger(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("reply_until", sa.BigInteger(), nullable=False),
        sa.Column("closed_answer", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"],
            ["clinics.id"],
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"],
            ["patients.id"],
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index("ix_conversations_clinic", ["clinic_id", "last_at"], unique=False)
        batch_op.create_index("ix_conversations_patient", ["patient_id", "last_at"], unique=False)
        batch_op.create_index(
            "ix_conversations_waiting",
            ["clinic_id", "waiting_since"],
            unique=False,
            sqlite_where=sa.text("waiting_since > 0"),
            postgresql_where=sa.text("waiting_since > 0"),
        )

    op.create_table(
        "conversation_messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sender_kind", sa.Text(), nullable=False),
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("retracted_at", sa.BigInteger(), nullable=False),
        sa.Column("retracted_by", sa.Text(), nullable=False),
        sa.Column("corrects", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_messages")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_conversation_messages_draft_id")),
    )
    with op.batch_alter_table("conversation_messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_messages_number", ["conversation_id", "number"], unique=True
        )

    op.create_table(
        "conversation_receipts",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
        ),
        sa.PrimaryKeyConstraint(
            "conversation_id", "number", "what", "person_id", name=op.f("pk_conversation_receipts")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "conversation_words",
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["conversation_messages.id"],
        ),
        sa.PrimaryKeyConstraint("token", "message_id", name=op.f("pk_conversation_words")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("conversation_words", schema=None) as batch_op:
        batch_op.create_index("ix_conversation_words_message", ["message_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("conversation_words", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_words_message")

    op.drop_table("conversation_words")
    op.drop_table("conversation_receipts")
    with op.batch_alter_table("conversation_messages", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_messages_number")

    op.drop_table("conversation_messages")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_conversations_waiting",
            sqlite_where=sa.text("waiting_since > 0"),
            postgresql_where=sa.text("waiting_since > 0"),
        )
        batch_op.drop_index("ix_conversations_patient")
        batch_op.drop_index("ix_conversations_clinic")

    op.drop_table("conversations")
    with op.batch_alter_table("conversation_topics", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_topics_clinic")

    op.drop_table("conversation_topics")
