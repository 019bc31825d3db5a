"""The numbers on the page of the clinic, and the options that the page saves."""

from bedside.accounts.options import AccountOptions
from bedside.conversations.options import ChatFileOptions
from bedside.files.options import UploadOptions
from bedside.kernel.language import N_
from bedside.links.options import LinkOptions
from bedside.people.clinics import ClinicOptions
from bedside.people.options import MB, Options
from bedside.people.sign_in import SignInOptions
from bedside.requests.photos.options import PhotoOptions
from bedside.sharing.options import SharingOptions
from bedside.web.settings.numbers import Number, Numbers

NUMBERS: Numbers = (
    Number(PhotoOptions, "photo_limit", N_("Photos in one request"), N_("photos")),
    Number(PhotoOptions, "photo_bytes_limit", N_("Size of all photos of one request"), "MB", MB),
    Number(UploadOptions, "upload_bytes_limit", N_("Size of one uploaded file"), "MB", MB),
    Number(ChatFileOptions, "chat_bytes_limit", N_("Size of one file in the chat"), "MB", MB),
    Number(
        ChatFileOptions, "chat_files_limit", N_("Files in one message of the chat"), N_("files")
    ),
    Number(LinkOptions, "link_days", N_("How long a link works"), N_("days")),
    Number(
        SharingOptions,
        "access_answer_days",
        N_("Questions of patients about accesses are answered within"),
        N_("days"),
    ),
    Number(
        LinkOptions,
        "link_wrong_answers",
        N_("Wrong dates of birth until a link locks"),
        N_("tries"),
    ),
    Number(
        AccountOptions,
        "app_idle_days",
        N_("How long an unused device stays signed in to the app"),
        N_("days"),
    ),
    Number(
        AccountOptions,
        "child_until",
        N_("Age from which parents see only messages and forms"),
        N_("years"),
    ),
    Number(AccountOptions, "adult_from", N_("Age at which parents’ access ends"), N_("years")),
    Number(
        AccountOptions,
        "proxy_months",
        N_("How long somebody whom a patient lets in has access"),
        N_("months"),
    ),
)

KINDS: tuple[type[Options], ...] = (
    ClinicOptions,
    SignInOptions,
    PhotoOptions,
    UploadOptions,
    ChatFileOptions,
    LinkOptions,
    SharingOptions,
    AccountOptions,
)
"""The domains whose options are on the page."""
