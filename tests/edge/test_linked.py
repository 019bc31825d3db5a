"""Web addresses in messages: what becomes a link, and what stays words."""

import pytest

from bedside.edge.linked import Part, parts_of

pytestmark = pytest.mark.feature("C5")


@pytest.mark.parametrize(
    ("text", "shown", "href"),
    [
        ("See https://clinic.example/leaflet.", "https://clinic.example/leaflet", ""),
        ("(https://clinic.example/a_(b))", "https://clinic.example/a_(b)", ""),
        ("www.nhs.uk/knee-pain, please", "www.nhs.uk/knee-pain", "https://www.nhs.uk/knee-pain"),
        ("HTTP://EXAMPLE.ORG:8080/x?y=1&z=2#w!", "HTTP://EXAMPLE.ORG:8080/x?y=1&z=2#w", ""),
        ("“https://müller-praxis.de/größe”", "https://müller-praxis.de/größe", ""),
        ("读 https://例子.测试/页 吧", "https://例子.测试/页", ""),
        ("*https://example.org/*", "https://example.org/", ""),
        ("http://192.0.2.7/scan", "http://192.0.2.7/scan", ""),
        ("first\nhttps://example.org/b?\nlast", "https://example.org/b", ""),
    ],
)
def test_addresses_become_links(text: str, shown: str, href: str) -> None:
    parts = parts_of(text)
    assert [part for part in parts if part.href] == [Part(shown, href or shown)]
    assert "".join(part.text for part in parts) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Take 1.5 tablets at 8.30 and write to anna@clinic.example.",
        "javascript:alert(1) data:text/html,x file:///etc/passwd",
        "https://bank.example@evil.example/",
        "https://user:secret@clinic.example/",
        "https://",
        "http://localhost/ and http://intranet/x",
        "https://clinic.example/\u202egpj.exe",
        "https://cli\u200bnic.example/",
        "http://[::1]/ and http://[broken",
        "https://clinic.example:99999999/",
        "xhttps://clinic.example/ a@www.clinic.example",
        "https://-.-/ https://..",
        "https://example.org/" + "a" * 3_000,
    ],
)
def test_everything_else_stays_words(text: str) -> None:
    parts = parts_of(text)
    assert not [part for part in parts if part.href]
    assert "".join(part.text for part in parts) == text


def test_a_long_message_is_read_at_once() -> None:
    text = "https://" * 20_000 + "(" * 20_000 + "www." * 20_000
    assert "".join(part.text for part in parts_of(text)) == text
