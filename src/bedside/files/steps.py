"""The steps in which things are made of a file (`ports.Examiner.derive`), joined to a whole."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bedside.files.ports import MAX_TEXT, Derivation, Derivative
from bedside.files.refusals import notes_in, with_notes

_MOST_NAMED = 30
"""Pages that a note names."""


@dataclass(slots=True)
class Steps:
    """Collects steps: one for each page of a file that has pages, then those for the whole."""

    pages: list[str] = field(default_factory=list[str])
    further: list[str] = field(default_factory=list[str])
    sources: set[str] = field(default_factory=set[str])
    facts: dict[str, str] = field(default_factory=dict[str, str])
    note: str = ""
    _length: int = 0

    def add(self, step: Derivation) -> None:
        """Add a step, but for its pictures."""
        self.facts |= step.facts
        self.note = joined_notes(self.note, step.note)
        if step.text.strip():
            self.sources.add(step.text_source)
        text = step.text if self._length <= MAX_TEXT else ""
        self._length += len(text)
        if step.page:
            self.pages += [""] * (step.page - len(self.pages))
            self.pages[step.page - 1] = text
        elif text:
            self.further.append(text)

    @property
    def text(self) -> str:
        """The words of all pages, with form feeds between, then those that are on no page."""
        return "\f".join([*self.pages, *self.further])[:MAX_TEXT]

    @property
    def source(self) -> str:
        """Where the words come from; "" if there are none."""
        if not self.text.strip():
            return ""
        return "recognised" if "recognised" in self.sources else "embedded"


def joined(steps: Iterable[Derivation]) -> Derivation:
    """Return the whole that the steps make. Of two pictures with one role the later one counts."""
    all_of_it = Steps()
    made: dict[str, Derivative] = {}
    for step in steps:
        all_of_it.add(step)
        made |= {one.role: one for one in step.derivatives}
    return Derivation(
        tuple(made.values()), all_of_it.text, all_of_it.source, all_of_it.facts, all_of_it.note
    )


def joined_notes(text: str, more: str) -> str:
    """Join the notes of two steps; the pages that both name are one list."""
    before = {note.key: note.pages for note in notes_in(text) or []}
    added: list[str] = []
    for note in notes_in(more) or []:
        pages = sorted({*before.get(note.key, ()), *note.pages})[:_MOST_NAMED]
        named = ",".join(str(number) for number in pages)
        added.append(f"{note.key}:{named}" if named else note.key)
    return with_notes(text, " ".join(added))


def without_facts(whole: Derivation, *names: str) -> Derivation:
    """Return a derivation without some of its facts."""
    return replace(whole, facts={k: v for k, v in whole.facts.items() if k not in names})
