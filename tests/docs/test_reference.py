"""Everything is documented: the reference pages match the code."""

import pytest

from scripts import reference


@pytest.mark.parametrize("path", list(reference.pages()), ids=lambda path: path.name)
def test_reference_page_is_up_to_date(path):
    assert path.read_text() == reference.pages()[path], "run: python -m scripts.reference"


def test_every_setting_says_what_it_is():
    page = reference.settings_page()
    for line in page.splitlines()[6:]:
        assert line.count("|") == 5
        assert "None |" not in line
