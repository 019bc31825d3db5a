"""Fields of canned replies (`kernel.text_fields`), which are filled from the conversation."""

from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.text_fields import FIELD, TextFields

CANNED = TextFields(
    {
        "first_name": N_("first name"),
        "full_name": N_("full name"),
        "my_name": N_("my name"),
        "clinic": N_("clinic"),
        "clinic_phone": N_("telephone of the clinic"),
        "topic": N_("topic"),
        "next_opening": N_("next opening"),
        "today": N_("today"),
    }
)
_NOT_FILLED = N_("Please fill in what stands in [[double brackets]], or delete it.")


def require_filled(words: str) -> None:
    """Raise WrongInput while something stands in double brackets."""
    if FIELD.search(words):
        raise WrongInput(_NOT_FILLED, field="body")
