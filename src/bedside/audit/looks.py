"""Repeated reads: one audit line for a look, not one for each refresh of a page or each keystroke
in a search field."""

from collections import OrderedDict
from typing import Any

from bedside.audit.actors import Actor
from bedside.audit.event_names import Action
from bedside.audit.recorder import AuditLog
from bedside.kernel import clock

_SAME_LOOK = 10 * clock.MINUTE
_REMEMBERED = 20_000


class Looks:
    """Writes a line for a session's first look, and again after ten minutes.

    Looks are remembered per process; another process would write a second line, which says too
    much rather than too little.
    """

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        self._written: OrderedDict[tuple[str, Action, str], int] = OrderedDict()

    def is_new(self, session_id: str, action: Action, patient_id: str = "") -> bool:
        """Whether `note` would write a line now. Fast, for paths that are asked often."""
        last = self._written.get((session_id, action, patient_id), 0)
        return clock.now() - last >= _SAME_LOOK

    async def note(
        self,
        clinic_id: str,
        actor: Actor,
        session_id: str,
        action: Action,
        *,
        patient_id: str = "",
        **details: Any,
    ) -> None:
        """Record a look, unless this session's last one of this kind is recent."""
        if not self.is_new(session_id, action, patient_id):
            return
        key = (session_id, action, patient_id)
        self._written[key] = clock.now()
        self._written.move_to_end(key)
        if len(self._written) > _REMEMBERED:
            self._written.popitem(last=False)
        await self._audit.note(clinic_id, actor, action, patient_id=patient_id, **details)
