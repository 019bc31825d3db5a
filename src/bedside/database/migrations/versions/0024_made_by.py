"""Which version made the pictures and words of a file.

Documents of before are made again by the worker when nothing else is to be done: tables and
documents get their reading, PDFs the pages that one broken page had cost them, TIFFs the number of
their pages. Photos and videos would become what they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("files", sa.Column("made_by", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE files SET made_by = 2 WHERE state = 'filed'")
    op.execute(
        "UPDATE files SET made_by = 1 WHERE state = 'filed' AND (media_type NOT LIKE 'image/%' "
        "OR media_type = 'image/tiff') AND media_type NOT LIKE 'video/%'"
    )
    op.create_index("ix_files_made_by", "files", ["made_by"])


def downgrade() -> None:
    op.drop_index("ix_files_made_by", "files")
    op.drop_column("files", "made_by")
    op.execute("DELETE FROM jobs WHERE kind LIKE 'later.%' OR kind = 'file.read'")
