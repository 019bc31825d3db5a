"""Saved e-mails and tables of before are read again.

Since then the words of an e-mail are shown and not its code, its files are named, calculations without
a result are marked in tables of every kind, and values after a line “sep=” are a table. Everything
else would become what it is.
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE files SET made_by = 3 WHERE made_by = 2 AND media_type NOT LIKE 'text/%' "
        "AND media_type <> 'application/vnd.ms-excel' "
        "AND media_type <> 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' "
        "AND media_type <> 'application/vnd.oasis.opendocument.spreadsheet'"
    )


def downgrade() -> None:
    op.execute("UPDATE files SET made_by = 2 WHERE made_by = 3")
