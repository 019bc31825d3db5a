"""The details of a form that was sent, as sealed with the request."""

from dataclasses import dataclass

from bedside.files.pdf_forms import FormState
from bedside.requests.records import Content

KEY = "form"
PREFIX = "frm"


@dataclass(frozen=True, slots=True)
class FormDetails:
    """`file_id` is the empty form, a file of the chart; `due_at` the last second of the day on
    which it is due; `state` whether it can be filled in on a page (`files.pdf_forms.FormState`).
    `reason` says why the last answer was sent back, at `sent_back_at`; "" and 0 if none was."""

    file_id: str
    title: str
    note: str
    due_at: int
    state: str
    reason: str = ""
    sent_back_at: int = 0

    @classmethod
    def of(cls, content: Content) -> "FormDetails":
        """Return the details of a form."""
        return cls(**content.details)

    @property
    def has_fields(self) -> bool:
        """Whether it can be filled in on a page."""
        return self.state == FormState.FIELDS


def due(content: Content) -> int:
    """Return when a form is due."""
    return FormDetails.of(content).due_at
