"""Rows that grant access have a `mac`; failed tries are kept for as long as they count."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BOUND = (
    "sessions",
    "staff",
    "passkeys",
    "recovery_codes",
    "staff_assignments",
    "patient_assignments",
    "links",
    "link_devices",
    "visit_devices",
    "chart_entries",
    "files",
)
_CLINIC_OF = {
    "passkeys": "SELECT staff.clinic_id FROM staff WHERE staff.id = passkeys.staff_id",
    "recovery_codes": "SELECT staff.clinic_id FROM staff WHERE staff.id = recovery_codes.staff_id",
    "link_devices": "SELECT links.clinic_id FROM links WHERE links.id = link_devices.link_id",
    "visit_devices": "SELECT visits.clinic_id FROM visits WHERE visits.id = visit_devices.visit_id",
}


def upgrade() -> None:
    for name in _BOUND:
        op.add_column(name, sa.Column("mac", sa.LargeBinary(), nullable=True))
    for name, clinic in _CLINIC_OF.items():
        op.add_column(name, sa.Column("clinic_id", sa.Text(), server_default="", nullable=False))
        op.execute(f"UPDATE {name} SET clinic_id = COALESCE(({clinic}), '')")  # noqa: S608 - ours
    op.add_column(
        "staff", sa.Column("has_passkey", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute(
        "UPDATE staff SET has_passkey = "
        "EXISTS (SELECT 1 FROM passkeys WHERE passkeys.staff_id = staff.id)"
    )
    op.execute("ALTER TABLE staff DROP COLUMN totp_offered")  # offered again, for one session each
    op.add_column("sessions", sa.Column("totp_offered", sa.LargeBinary(), nullable=True))
    op.create_table(
        "bound_clinics",
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id", name=op.f("pk_bound_clinics")),
        sqlite_with_rowid=False,
    )
    op.drop_table("throttles")
    op.create_table(
        "throttles",
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=False),
        sa.Column("kept_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_throttles")),
    )
    op.create_index("ix_throttles_kept_until", "throttles", ["kept_until"], unique=False)


def downgrade() -> None:
    op.drop_table("throttles")
    op.create_table(
        "throttles",
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_throttles")),
    )
    op.create_index("ix_throttles_failed_at", "throttles", ["failed_at"], unique=False)
    op.drop_table("bound_clinics")
    op.execute("ALTER TABLE sessions DROP COLUMN totp_offered")
    op.add_column("staff", sa.Column("totp_offered", sa.LargeBinary(), nullable=True))
    op.execute("ALTER TABLE staff DROP COLUMN has_passkey")
    for name in _CLINIC_OF:
        op.execute(f"ALTER TABLE {name} DROP COLUMN clinic_id")
    for name in _BOUND:
        op.execute(f"ALTER TABLE {name} DROP COLUMN mac")
