"""The words of an e-mail in HTML, as its reader sees them."""

import time

import pytest

from bedside.adapters.rendering.mail import words_of


def mail(page: str) -> bytes:
    """Returns an e-mail with this page and nothing else."""
    heading = "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8"
    return f"{heading}\r\n\r\n{page}".encode()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<html><head><title>Inbox</title></head><body>Two a day</body></html>", "Two a day"),
        ("<STYLE>p {}</STYLE ><p>Two</p><script>let a</script>a day", "Two\na day"),
        ("<style>p {}</style>Two<style>q {}</style> a day", "Two a day"),
        ("<head><style>p {}</style>Two a day", "Two a day"),
        ("Two<script>if (a</script> a day</script>", "Two a day"),
        ("<title>a<style>b</title>Two</style> a day", "Two a day"),
        ("Two <header>a</header> <styled>day</styled>", "Two a day"),
        ("Two a day<style>never ends", "Two a daynever ends"),
        ("Two a day<script>x</script", "Two a day"),
    ],
)
def test_what_nobody_sees_is_left_out(page: str, words: str) -> None:
    assert words_of(mail(page)).splitlines()[-len(words.splitlines()) :] == words.splitlines()


@pytest.mark.parametrize("piece", ["<style ", "<style></title>", "</script ", "<head><title>"])
def test_however_often_something_begins_it_is_read_once(piece: str) -> None:
    page = piece * (3_000_000 // len(piece))
    began = time.process_time()
    words_of(mail(page + "Two a day"))
    assert time.process_time() - began < 8
