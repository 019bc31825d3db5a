"""Options of a clinic that are numbers: their fields in a form, and what is read from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bedside.kernel.language import N_, gettext
from bedside.people.clinics import Clinic
from bedside.people.options import Options


@dataclass(frozen=True, slots=True)
class Number:
    """An option that is a number. `each` is how many of the stored unit one displayed unit is."""

    kind: type[Options]
    name: str
    label: str
    unit: str
    each: int = 1

    def of(self, clinic: Clinic) -> str:
        """Return the value that the clinic has set, as it is displayed."""
        return str(getattr(clinic.of(self.kind), self.name) // self.each)

    def bounds(self) -> tuple[int, int]:
        """Return the least and the most that may be entered."""
        least, most = self.kind.bounds(self.name)
        return least // self.each, most // self.each


Numbers = tuple[Number, ...]


def read_numbers(numbers: Numbers, shown: Mapping[str, Any]) -> dict[str, int]:
    """Return the stored values of a form without errors, by the name of the option."""
    return {number.name: int(shown[number.name]) * number.each for number in numbers}


def number_errors(numbers: Numbers, shown: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for each option that is not a number, or not within its bounds."""
    errors: dict[str, str] = {}
    for number in numbers:
        least, most = number.bounds()
        given = shown[number.name]
        if not (given.isdecimal() and least <= int(given[:9]) <= most):
            sentence = gettext(N_("Please enter a whole number from %(least)s to %(most)s."))
            errors[number.name] = sentence % {"least": least, "most": most}
    return errors


def number_fields(numbers: Numbers) -> list[dict[str, Any]]:
    """Return what the fields of these options show besides their values."""
    return [
        {
            "name": number.name,
            "label": gettext(number.label),
            "unit": number.unit if number.unit == "MB" else gettext(number.unit),
            "least": number.bounds()[0],
            "most": number.bounds()[1],
        }
        for number in numbers
    ]
