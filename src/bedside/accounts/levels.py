"""Levels of proxies: what each sees of a patient, by the patient's age, and until when.

Pure functions of a grant, the date of birth and the day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bedside.accounts.options import AccountOptions, Group
from bedside.people.record_parts import Part

EVERYTHING = frozenset(Part)


class Relation(StrEnum):
    """The relation of a proxy to the patient."""

    PARENT = "parent"
    """Somebody with parental responsibility, whose access changes with the patient's age."""
    GUARDIAN = "guardian"
    """A legal guardian of an adult, whose access does not end by itself."""
    CARER = "carer"
    """Somebody whom the patient has chosen."""


class Level(StrEnum):
    """How much a proxy may see."""

    FULL = "full"
    LIMITED = "limited"
    """Messages and forms, but not the record."""


PARTS: dict[Level, frozenset[Part]] = {
    Level.FULL: EVERYTHING - {Part.SHARING},
    Level.LIMITED: frozenset({Part.CHAT, Part.FORMS}),
}
"""Nobody but the patient shares the record on with others."""


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which what a proxy sees changes by itself, from `before` to `level`, which is None
    if it ends. `unseen` are the categories of files that they do not see from then on."""

    on: date
    level: Level | None
    before: Level
    unseen: frozenset[str] = frozenset()


def level_on(
    relation: Relation, level: Level, born: date | None, day: date, options: AccountOptions
) -> Level | None:
    """Return what a proxy of this relation sees on a day, None for nothing any more. A parent of a
    patient without a date of birth sees the least."""
    if relation is not Relation.PARENT:
        return level
    if born is None:
        return Level.LIMITED
    age = age_on(born, day)
    if age >= options.adult_from:
        return None
    return Level.LIMITED if age >= options.child_until else level


def group_on(relation: Relation, born: date | None, day: date, options: AccountOptions) -> Group:
    """Return the group to which a proxy belongs on a day. A parent of a patient without a date of
    birth sees the least."""
    if relation is not Relation.PARENT:
        return Group.GUARDIAN if relation is Relation.GUARDIAN else Group.CARER
    is_child = born is not None and age_on(born, day) < options.child_until
    return Group.OF_CHILD if is_child else Group.OF_TEENAGER


def unseen_on(
    relation: Relation, born: date | None, day: date, options: AccountOptions
) -> frozenset[str]:
    """Return the categories of files that a proxy does not see on a day unless shown one."""
    group = group_on(relation, born, day, options)
    return frozenset(options.unseen_categories.get(group, ()))


def changes(
    relation: Relation,
    level: Level,
    born: date | None,
    ends_on: date | None,
    options: AccountOptions,
) -> list[Change]:
    """Return all days on which what a proxy sees changes by itself: birthdays, and the day on which
    it ends, in their order."""
    found: list[Change] = []
    if relation is Relation.PARENT and born is not None:
        for age in sorted({options.child_until, options.adult_from}):
            on = birthday(born, age)
            eve = on - timedelta(days=1)
            before = level_on(relation, level, born, eve, options)
            then = level_on(relation, level, born, on, options)
            unseen = unseen_on(relation, born, on, options) if then else frozenset[str]()
            if before and (then, unseen) != (before, unseen_on(relation, born, eve, options)):
                found.append(Change(on, then, before, unseen))
    if ends_on is not None:
        before = level_on(relation, level, born, ends_on - timedelta(days=1), options)
        found = [one for one in found if one.on < ends_on]
        if before is not None:
            found.append(Change(ends_on, None, before))
    return found


def next_change(all_of_them: Iterable[Change], day: date) -> Change | None:
    """Return the first change after a day, None if nothing changes any more."""
    return next((one for one in all_of_them if one.on > day), None)


def birthday(born: date, age: int) -> date:
    """Return the day on which somebody reaches an age: 28 February for who was born on the 29th, in
    a year without one."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 2, 28)


def age_on(born: date, day: date) -> int:
    """Return the age in years on a day."""
    years = day.year - born.year
    return years if birthday(born, years) <= day else years - 1


def parts_of(level: Level | None) -> frozenset[Part]:
    """Return the parts that a level opens."""
    return PARTS[level] if level is not None else frozenset()
