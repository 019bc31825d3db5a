"""Names in Arabic and Hebrew within sentences of another direction."""

import pytest
from markupsafe import Markup

from bedside.edge.bidi import isolated
from bedside.edge.rendering import environment
from bedside.kernel import language
from bedside.kernel.pseudo_languages import MIRRORED


@pytest.mark.parametrize("name", ["عبد الرحمن", "דנה לוי", "Dr عبد"])
def test_what_follows_a_name_from_right_to_left_stays_behind_it(name: str) -> None:
    made = environment().from_string('{{ _("Next: %(name)s", name=name) }} · 3')
    assert made.render(name=name) == f"Next: \u2068{name}\u2069 · 3"
    plural = (
        '{{ ngettext("%(num)s waits for %(name)s", "%(num)s wait for %(name)s", 2, name=name) }}'
    )
    assert environment().from_string(plural).render(name=name) == f"2 wait for \u2068{name}\u2069"
    trans = "{% trans name=name %}This place is {{ name }}’s.{% endtrans %}"
    assert environment().from_string(trans).render(name=name) == (
        f"This place is \u2068{name}\u2069’s."
    )


@pytest.mark.parametrize("name", ["Maya Lindqvist", "José Ramírez", "Đặng Thị", "李小龙", ""])
def test_other_names_are_as_they_are(name: str) -> None:
    assert environment().from_string('{{ _("Hello %(name)s", name=name) }}').render(name=name) == (
        f"Hello {name}"
    )


def test_markup_stays_markup_and_the_rest_is_escaped() -> None:
    assert isolated(Markup("<b>دنا</b>")) == Markup("\u2068<b>دنا</b>\u2069")
    assert isinstance(isolated(Markup("<b>دنا</b>")), Markup)
    made = environment().from_string('{{ _("Hello %(name)s", name=name) }}')
    assert made.render(name="<دنا>") == "Hello \u2068&lt;دنا&gt;\u2069"
    assert isolated(7) == 7


@pytest.mark.feature("P4")
@pytest.mark.parametrize(
    "value", ["+46\u00a08\u00a0555\u00a001\u00a000", "Dr Okafor", "scan 2.pdf", "دنا", "7 (B)"]
)
def test_on_a_page_from_right_to_left_numbers_and_latin_names_keep_their_order(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A telephone number would be shown with its groups the other way round."""
    monkeypatch.setattr(language, "spoken", lambda: MIRRORED)
    assert isolated(value) == f"\u2068{value}\u2069"
    assert isolated("12") == "12"
    assert isolated("") == ""
