"""How many text messages about visits and requests go to one number: more than a few within an hour
help nobody, cost money, and a wrong number is a stranger's phone."""

from bedside.errors import TooMany, WrongInput
from bedside.kernel import clock
from bedside.kernel.language import ngettext
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.people.throttling import Bucket, Throttle

TEXTS = Bucket("throttle.texts", holds=12, every=5 * clock.MINUTE)
"""Twelve in a row, as in a home where many share one phone, then one every five minutes."""


class ManyTexts(WrongInput):
    """Many messages went to this number a short time ago."""

    code = "many_texts"

    def __init__(self, seconds: int, *, field: str) -> None:
        minutes = max(1, -(-seconds // 60))
        super().__init__(
            ngettext(
                "Many text messages went to this number just now, so this one was not sent. Call "
                "the number, or send it again in %(minutes)s minute.",
                "Many text messages went to this number just now, so this one was not sent. Call "
                "the number, or send it again in %(minutes)s minutes.",
                minutes,
            )
            % {"minutes": minutes},
            field=field,
        )


class TextLimits:
    """Counts text messages by clinic and number. Nothing readable is stored."""

    def __init__(self, throttle: Throttle) -> None:
        self._throttle = throttle

    async def take(
        self, work: UnitOfWork, clinic_id: str, number: str, *, field: str = "phone"
    ) -> None:
        """Count a message about to be written. Raises ManyTexts if there were too many."""
        await self.require(work, clinic_id, number, field=field)
        await self.count(work, clinic_id, number, 1)

    async def require(
        self, work: UnitOfWork, clinic_id: str, number: str, *, field: str = "phone"
    ) -> None:
        """Raise ManyTexts if too many messages went to the number. They are `count`ed when it is
        known how many are written."""
        try:
            await self._throttle.check_in(work, (TEXTS, _name(clinic_id, number)))
        except TooMany as error:
            raise ManyTexts(error.retry_after, field=field) from None

    async def count(self, work: UnitOfWork, clinic_id: str, number: str, written: int) -> None:
        """Count messages that were written, after `require`."""
        await self._throttle.fill(work, TEXTS, _name(clinic_id, number), written)


def _name(clinic_id: str, number: str) -> str:
    return f"{clinic_id}\0{number}"
