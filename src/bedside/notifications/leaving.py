"""Whether a message may leave, asked at the last moment: it can have waited for hours."""

from typing import Any, NamedTuple, Protocol

from bedside.kernel.language import N_
from bedside.notifications.ports import Channel, Recipients
from bedside.notifications.rows import NotificationRow

_NEVER_OPEN = N_("The patient's hours for messages leave no time for it. Call instead.")


class LeavingCheck(Protocol):
    """The cause of messages, asked once more before one leaves."""

    async def __call__(self, cause_id: str) -> str:
        """Return why a message of this cause must not leave any more, "" if it may."""
        ...


class Ruling(NamedTuple):
    """Why a message must not leave, or from when on it may."""

    refusal: str = ""
    opens_at: int = 0


class Leaving:
    """Asks the patient's card and the causes of messages."""

    def __init__(self, recipients: Recipients) -> None:
        self._recipients = recipients
        self._checks: list[LeavingCheck] = []

    def ask(self, check: LeavingCheck) -> None:
        """Ask this as well from now on."""
        self._checks.append(check)

    async def ruling(self, row: NotificationRow, content: dict[str, Any]) -> Ruling:
        """Return why a message to a patient must not leave any more, or from when on it may."""
        typed_for = content.get("contact_of", "")
        ruled_by = typed_for or (row.patient_id if not row.staff_id else "")
        if not ruled_by and row.staff_id:
            return Ruling()
        refusal = ""
        if ruled_by:
            refusal = await self._recipients.refusal(
                row.clinic_id,
                ruled_by,
                Channel(row.channel),
                content["to"],
                on_card=not typed_for,
                attached=bool(content.get("attached")),
            )
        for check in self._checks:
            refusal = refusal or await check(row.cause_id)
        if refusal or not ruled_by:
            return Ruling(refusal)
        opens_at = await self._recipients.opens_at(
            row.clinic_id, ruled_by, urgent=bool(row.useful_until)
        )
        too_late = not opens_at or (row.useful_until and opens_at > row.useful_until)
        return Ruling(_NEVER_OPEN) if too_late else Ruling("", opens_at)
