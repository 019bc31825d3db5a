"""Additions to every message to a patient on its way out: the code word that the patient chose, and
neutral words where the clinic must not be named. It is done where all messages pass, so that no
cause of messages can forget it. An e-mail with attachments says there who can read them; neutral
words have none."""

from dataclasses import replace
from html import escape

from bedside.kernel import language
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.notifications.messenger import Notice
from bedside.notifications.texts import OutgoingText, in_language
from bedside.people.contact import ContactRules

_ATTACHED = N_(
    "The letter is attached to this e-mail, with everything that belongs to it. Anybody who can "
    "open this mailbox can read it."
)
LAST_LINE = "\n\n"
"""Stands before a last line that a phone reads, and that has to stay the last one."""


def dressed(
    rules: ContactRules,
    language_of: str,
    base_url: str,
    wording: OutgoingText,
    essential: str = "",
    *,
    attached: bool = False,
) -> OutgoingText:
    """Return a wording as it leaves by SMS or e-mail. `essential` stays in a neutral one, and
    nothing is `attached` to it."""
    with in_language(language_of):
        if rules.neutral:
            wording = _neutral(wording, base_url, essential)
        elif attached:
            wording = _with(wording, _(_ATTACHED))
        if rules.code_word:
            wording = _with(wording, _("Your code word: {word}").format(word=rules.code_word))
        return wording


def dressed_notice(rules: ContactRules, language_of: str, base_url: str, notice: Notice) -> Notice:
    """Return a message as it leaves."""
    wording = OutgoingText(notice.subject, notice.text, notice.html)
    attached = "" if rules.neutral else notice.attached
    worn = dressed(rules, language_of, base_url, wording, notice.essential, attached=bool(attached))
    return replace(
        notice,
        subject=worn.subject if notice.subject else "",
        text=worn.text,
        html=worn.html if notice.html else "",
        neutral=rules.neutral,
        attached=attached,
    )


def _neutral(wording: OutgoingText, base_url: str, essential: str) -> OutgoingText:
    """Return words that name nobody. Of the message only its links stay, what is essential, and a
    last line for the phone."""
    links = [word for word in wording.text.split() if word.startswith(f"{base_url}/")]
    kept = [part for part in (essential, *links) if part]
    said = _("There is something for you here:") if kept else _("There is news for you.")
    buttons = "".join(f'<p><a href="{escape(link)}">{escape(link)}</a></p>' for link in links)
    subject = _("A message for you")
    html = (
        f'<!doctype html><html lang="{language.spoken()}"><meta charset="utf-8">'
        f"<title>{escape(subject)}</title><body><p>{escape(' '.join((said, essential)).strip())}"
        f"</p>{buttons}</body></html>"
    )
    _words, gap, last_line = wording.text.partition(LAST_LINE)
    return OutgoingText(subject, " ".join([said, *kept]) + gap + last_line, html)


def _with(wording: OutgoingText, said: str) -> OutgoingText:
    """Return a wording with another sentence at its end."""
    before, closing, after = wording.html.rpartition("</body>")
    html = f"{before}<p>{escape(said)}</p>{closing}{after}" if closing else wording.html
    words, gap, last_line = wording.text.partition(LAST_LINE)
    return OutgoingText(wording.subject, f"{words} {said}{gap}{last_line}", html)
