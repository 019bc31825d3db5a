"""Links of patients to their files, questions about accesses, and entries that were reported."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_questions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("by_kind", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("about_seq", sa.BigInteger(), nullable=False),
        sa.Column("about_kind", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Text(), nullable=False),
        sa.Column("about_at", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_questions")),
    )
    op.create_index(
        "ix_access_questions_open",
        "access_questions",
        ["clinic_id", "due_at"],
        sqlite_where=sa.text("answered_at = 0"),
        postgresql_where=sa.text("answered_at = 0"),
    )
    op.create_index("ix_access_questions_patient", "access_questions", ["patient_id", "asked_at"])

    op.create_table(
        "entry_reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("by_kind", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_reports")),
    )
    op.create_index("ix_entry_reports_entry", "entry_reports", ["entry_id"])
    op.create_index(
        "ix_entry_reports_open",
        "entry_reports",
        ["clinic_id", "reported_at"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_entry_reports_patient", "entry_reports", ["patient_id", "reported_at"])

    op.create_table(
        "shares",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("by_kind", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_shares_patient_id_patients")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
    )
    op.create_index("ix_shares_patient", "shares", ["patient_id", "created_at"])

    op.create_table(
        "share_keys",
        sa.Column("share_id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("passcode_hash", sa.LargeBinary(), nullable=False),
        sa.Column("wrong_passcodes", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["share_id"], ["shares.id"], name=op.f("fk_share_keys_share_id_shares")
        ),
        sa.PrimaryKeyConstraint("share_id", name=op.f("pk_share_keys")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_share_keys_secret_hash")),
    )
    op.create_index("ix_share_keys_expires", "share_keys", ["expires_at"])

    op.create_table(
        "share_openings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("share_id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("files_read", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["share_id"], ["shares.id"], name=op.f("fk_share_openings_share_id_shares")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_openings")),
    )
    op.create_index("ix_share_openings_share", "share_openings", ["share_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_share_openings_share", "share_openings")

    op.drop_table("share_openings")
    op.drop_index("ix_share_keys_expires", "share_keys")

    op.drop_table("share_keys")
    op.drop_index("ix_shares_patient", "shares")

    op.drop_table("shares")
    op.drop_index("ix_entry_reports_patient", "entry_reports")
    op.drop_index(
        "ix_entry_reports_open",
        "entry_reports",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_entry_reports_entry", "entry_reports")

    op.drop_table("entry_reports")
    op.drop_index("ix_access_questions_patient", "access_questions")
    op.drop_index(
        "ix_access_questions_open",
        "access_questions",
        sqlite_where=sa.text("answered_at = 0"),
        postgresql_where=sa.text("answered_at = 0"),
    )

    op.drop_table("access_questions")
