"""The catalogues of texts: complete, and no translation breaks the page it is on."""

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from bedside.kernel import language
from scripts import catalogues
from scripts.catalogues import LOCALE, TEMPLATE, all_faults, compiled, faults, merged, wrong_with

pytestmark = pytest.mark.feature("P4")

ROOT = Path(__file__).parents[2]


def reasons(original: str, translation: str) -> list[str]:
    """Return what is wrong with a translation."""
    return list(wrong_with((original,), translation))


def catalogue(*texts: tuple[str | tuple[str, str], str | tuple[str, ...]]) -> Catalog:
    """Return a German catalogue."""
    made = Catalog(locale="de", domain="bedside", fuzzy=False)
    for text, translation in texts:
        made.add(text, translation)
    return made


# --- the catalogues of the product ----------------------------------------------------------------


def test_every_sentence_of_the_product_is_translated_and_fits() -> None:
    found = [str(fault) for fault in all_faults()]
    assert not found, "\n".join(found[:40])


def test_the_template_has_every_sentence_of_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = tmp_path / "bedside.pot"
    monkeypatch.setattr(catalogues, "TEMPLATE", fresh)
    catalogues.extract()
    here = {m.id for m in catalogues.read(TEMPLATE) if m.id}
    assert {m.id for m in catalogues.read(fresh) if m.id} == here, "run scripts/translations"


def test_compiled_catalogues_are_not_in_the_repository() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.mo"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert listed.stdout == ""


@pytest.mark.parametrize("language", catalogues.languages())
def test_the_compiled_catalogue_is_that_of_the_sources(language: str) -> None:
    """Whoever changes a translation runs `make` or scripts/translations, which compile it."""
    path = catalogues.path_of(language)
    assert path.with_suffix(".mo").read_bytes() == compiled(catalogues.read(path, language))


# --- what the check finds -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("original", "translation"),
    [
        ("Save", "Speichern"),
        ("%(num)s files", "%(num)s Dateien"),
        ("{clinic}: come by {day}.", "{clinic}: Bis {day} kommen."),
        ("“Back” was pressed.", "„Zurück“ wurde gedrückt."),
        ("<strong>%(who)s</strong> waits", "Es wartet <strong>%(who)s</strong>"),
        ("Chat", "Chat"),
        ("Loading…", "Wird geladen …"),
        ("Who is it?", "Qui est-ce\u202f?"),
        ("Are you there?", "¿Está ahí?"),
        ("Agree & send", "Zustimmen & senden"),
        ("Agree & send", "Aceptar y enviar"),
        ("%(h)s h %(m)s min", "%(h)s Std. %(m)s Min."),
        ("%(a)s, %(b)s · %(c)s", "%(a)s, %(b)s · %(c)s"),
    ],
)
def test_a_translation_that_fits_is_left_alone(original: str, translation: str) -> None:
    assert reasons(original, translation) == []


@pytest.mark.parametrize(
    ("original", "translation", "said"),
    [
        ("%(num)s files", "Dateien", "fields"),
        ("%(num)s files", "%(nun)s Dateien", "fields"),
        ("{day} at {time}", "{day}", "fields"),
        ("{clinic} waits", "%(clinic)s wartet", "fields"),
        ("{who} waits", "{} wartet", "fields"),
        ("Files", "Dateien { ", "brace"),
        ("<strong>A</strong> b", "<b>A</b> b", "tags"),
        ("<strong>A</strong> b", "<strong>A b", "tags"),
        ("A b", "A <em>b</em>", "tags"),
        ("A&nbsp;b", "A b", "tags"),
        ('Press "x"', "Drücken", "HTML"),
        ("Press x", 'Drücken Sie "x"', "HTML"),
        ("More", "Mehr >", "HTML"),
        ("A and b", "A &b", "HTML"),
        (" and", "und", "blanks"),
        ("Two\nlines", "Zwei Zeilen", "breaks"),
        ("Loading…", "Laden...", "dots"),
        ("It is saved.", "Es ist gespeichert", "ends"),
        ("Reason:", "Grund", "ends"),
        ("Are you there?", "Sind Sie da.", "ends"),
        ("Open the page again", "Open the page again", "English"),
        ("The %(count)s files are gone", "The %(count)s files are gone", "English"),
    ],
)
def test_one_that_breaks_something_is_found(original: str, translation: str, said: str) -> None:
    assert [reason for reason in reasons(original, translation) if said in reason]


def test_missing_guessed_and_left_over_sentences_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalogues, "UNFINISHED", frozenset())
    template = catalogue(
        ("One", ""), ("Two", ""), ("Three", ""), (("%(n)s file", "%(n)s files"), ("", ""))
    )
    made = catalogue(("One", "Eins"), ("Two", ""), ("Gone", "Weg"))
    made.add("Three", "Drei", flags=["fuzzy"])
    made.add(("%(n)s file", "%(n)s files"), ("%(n)s Datei", ""))
    found = {
        (fault.sentence, fault.reason.split(" (")[0]) for fault in faults("de", made, template)
    }
    assert found == {
        ("Two", "is not translated"),
        ("Three", "is marked as a guess"),
        ("%(n)s file", "is not translated"),
        ("Gone", "no page uses this sentence"),
    }
    empty = list(faults("de", catalogue(), template))
    assert len(empty) == 4


def test_a_language_that_is_being_translated_may_lack_sentences_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalogues, "UNFINISHED", frozenset({"de"}))
    template = catalogue(("One", ""), ("%(n)s of it", ""))
    made = catalogue(("One", ""), ("%(n)s of it", "davon"))
    assert [fault.sentence for fault in faults("de", made, template)] == ["%(n)s of it"]


def test_a_plural_may_leave_out_its_number_where_english_does() -> None:
    template = catalogue((("One file", "%(num)s files"), ("", "")))
    fits = catalogue((("One file", "%(num)s files"), ("Eine Datei", "%(num)s Dateien")))
    wrong = catalogue((("One file", "%(num)s files"), ("Eine Datei", "Dateien")))
    assert list(faults("de", fits, template)) == []
    assert list(faults("de", wrong, template))


# --- merging and compiling ------------------------------------------------------------------------


def test_new_sentences_are_taken_in_and_nothing_is_guessed() -> None:
    known = catalogue(("Save it", "Speichern"), ("Gone", "Weg"), ("Leave", "Verlassen"))
    template = catalogue(("Leave", ""), ("Save them", ""), ("Save it", ""))
    result = merged(template, known)
    texts = [(m.id, m.string, m.fuzzy) for m in result if m.id]
    assert texts == [
        ("Leave", "Verlassen", False),
        ("Save them", "", False),
        ("Save it", "Speichern", False),
    ]


def test_a_sentence_that_got_a_plural_is_translated_again() -> None:
    known = catalogue(("%(num)s file", "%(num)s Datei"))
    template = catalogue((("%(num)s file", "%(num)s files"), ("", "")))
    [message] = [m for m in merged(template, known) if m.id]
    assert message.string == ("", "")


def test_a_catalogue_is_compiled_to_the_same_bytes_everywhere(tmp_path: Path) -> None:
    source = tmp_path / "bedside.po"
    source.write_text(
        'msgid ""\nmsgstr "Language: de\\nContent-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Save"\nmsgstr "Speichern"\n',
        "utf-8",
    )
    once = compiled(catalogues.read(source, "de"))
    program = (
        "import sys; from pathlib import Path; from scripts.catalogues import compiled, read;"
        "sys.stdout.buffer.write(compiled(read(Path(sys.argv[1]), 'de')))"
    )
    environment = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PATH": ""}
    again = subprocess.run(
        [sys.executable, "-c", program, str(source)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
    )
    assert again.stdout == once
    assert b"Speichern" in once


def test_the_catalogues_are_where_the_product_looks() -> None:
    assert LOCALE == language.CATALOGUES
