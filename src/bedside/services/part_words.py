"""The parts of an installation in words: for Settings → Health and `bedside doctor`."""

from dataclasses import dataclass

from bedside.kernel.language import N_


@dataclass(frozen=True, slots=True)
class PartWords:
    """Texts about a part: working, down, or not set up."""

    name: str
    works: str
    down: str
    without: str = ""
    advice: str = ""
    needed: bool = False
    """Whether the product is incomplete without it, so that “not set up” asks for attention."""


DATABASE = PartWords(
    N_("Database"),
    N_("Everything that is done here is kept."),
    N_("Nothing can be opened or saved until it is back."),
    advice=N_("Look at the log of the server, then run: bedside doctor"),
)
PARTS: dict[str, PartWords] = {
    "scanner": PartWords(
        N_("Malware scanner"),
        N_("Every file is scanned before anybody can open it."),
        N_("Files that arrive are kept and wait for their scan. Nobody can open them until then."),
        advice=N_("Start clamd again; the files are scanned by themselves when it answers."),
    ),
    "scanner limits": PartWords(
        N_("What the scanner looks at"),
        N_("A file that the scanner does not look at as a whole stays unscanned and unopened."),
        N_(
            "The scanner cannot be relied on to say when it stops looking into a file: its limits "
            "are not known for certain."
        ),
        advice=N_("Run: bedside doctor"),
    ),
    "sandbox": PartWords(
        N_("Sandbox"),
        N_(
            "Files are parsed in a sandbox (Landlock and seccomp), by processes that can reach "
            "nothing else on this machine."
        ),
        N_(
            "Files are parsed with less protection than there should be: this machine’s kernel or "
            "processor lacks Landlock or seccomp. A harmful file could do more damage."
        ),
        advice=N_("Run Bedside on Linux 5.13 or newer, on x86-64 or arm64. See: bedside doctor"),
    ),
    "worker": PartWords(
        N_("Worker"),
        N_("A process scans files, sends messages and cleans up."),
        N_("Files that arrive stay unscanned, and messages and reminders wait until one runs."),
        advice=N_("Start “bedside worker”, or “bedside serve” without --no-worker."),
    ),
    "disk": PartWords(
        N_("Disk"),
        N_("There is room for files."),
        N_("Uploads stop, and then everything else that changes something."),
        advice=N_("Make room."),
    ),
    "address": PartWords(
        N_("Public address"),
        N_("Patients reach this clinic over HTTPS."),
        N_("Calls do not work for everybody at this address."),
        without=N_(
            "Without HTTPS, phones and computers do not give their camera and microphone to a page."
        ),
        advice=N_("Put Bedside behind HTTPS and set public_url."),
        needed=True,
    ),
    "jobs": PartWords(
        N_("Work in the background"),
        N_("Scans, messages and clean-up are done as they come up."),
        N_("Some work was tried several times and given up, such as a message or a scan."),
        advice=N_("Look for “job given up” in the log of the server."),
    ),
    "email": PartWords(
        N_("E-mail"),
        N_("Links and notices go out by e-mail."),
        N_("E-mail is kept and tried again until the mail server answers."),
        without=N_("No e-mail leaves this machine. What would go out is in the outbox instead."),
        advice=N_("Set smtp_url and mail_from."),
        needed=True,
    ),
    "sms": PartWords(
        N_("SMS"),
        N_("Links and notices go out by SMS."),
        N_("SMS are kept and tried again until the gateway answers."),
        without=N_("No SMS leaves this machine. What would go out is in the outbox instead."),
        advice=N_("Set twilio_url, twilio_account, twilio_token and sms_from."),
        needed=True,
    ),
    "push": PartWords(
        N_("Web push"),
        N_(
            "Staff who allowed it are told on their devices that somebody waits, also while they "
            "are signed out. The server needs a way out, by HTTPS, to the push services of the "
            "browsers' makers."
        ),
        N_("Staff are not told on their devices while they are signed out."),
        without=N_(
            "Browsers take push messages from sites over HTTPS only. Staff who are signed out are "
            "told by e-mail or SMS."
        ),
        advice=N_("Put Bedside behind HTTPS and set public_url."),
    ),
    "media server": PartWords(
        N_("Media server"),
        N_("Group calls of 5 people and more go through it."),
        N_("Calls of up to 4 people work; larger ones cannot start until it answers."),
        without=N_("Calls of up to 4 people work; larger ones need a media server."),
        advice=N_("Set janus_url and janus_secret."),
    ),
    "relay": PartWords(
        N_("Relay (TURN)"),
        N_("Calls work from behind strict firewalls too."),
        N_("Patients behind strict firewalls get no picture and no sound."),
        without=N_(
            "Calls work in most homes and on most phones. From behind strict firewalls, as in "
            "companies and hospitals, they need a relay."
        ),
        advice=N_("Set turn_urls and turn_secret."),
        needed=True,
    ),
    "stun": PartWords(
        N_("STUN"),
        N_("Callers in different networks find each other."),
        N_("Callers in different networks may not find each other."),
        without=N_("Calls work within one network, and everywhere where a relay is set up."),
        advice=N_("Set stun_urls."),
        needed=True,
    ),
}
"""By the name of the check, or of what settings alone decide."""
