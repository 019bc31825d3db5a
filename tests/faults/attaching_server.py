"""`bedside`, wired with a domain that attaches files to e-mails. It writes down in the file `ASKED`
each time that it is asked."""

import os
from pathlib import Path

from bedside import bootstrap, cli
from bedside.bootstrap.wiring import Parts, wire
from bedside.notifications.attaching import AttachmentSource
from bedside.notifications.ports import Attachment
from bedside.services.registered import Registered
from tests.notifications.attaching import PREFIX, Documents


class Counted(Documents):
    """Counts over lives of the process."""

    async def attached(
        self, clinic_id: str, patient_id: str, reference: str
    ) -> tuple[Attachment, ...]:
        """See `Attachments.attached`."""
        asked = Path(os.environ["ASKED"])
        asked.write_text(f"{asked.read_text()}{reference}\n")  # noqa: ASYNC240 - only some bytes
        return await super().attached(clinic_id, patient_id, reference)


def wired(parts: Parts) -> Registered:
    """Register it besides what `bootstrap` registers."""
    parts.notifications.dispatcher.attach_from(AttachmentSource(PREFIX, Counted()))
    return wire(parts)


def main(arguments: list[str], prog_name: str) -> None:
    """Run `bedside …` so wired."""
    bootstrap.wire = wired
    cli.main(arguments, prog_name)
