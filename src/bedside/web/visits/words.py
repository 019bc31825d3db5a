"""Texts of the scripts in web/visits, from the same catalogue as the pages. Names in {braces} are
filled in."""

from bedside.kernel.language import gettext as _


def words_for_script(caller: str) -> dict[str, str]:
    """Return sentences by the names that web/visits uses. `caller` is who calls the patient."""
    return {
        "ready": _("%(caller)s is ready") % {"caller": caller},
        "asking": _("Your browser asks for your camera and microphone. Choose “Allow”."),
        "no_picture": _("No picture. You can go on without a camera."),
        "try_again": _("Try again"),
        "go_on": _("Continue"),
        "go_on_without_camera": _("Go on without a camera"),
        "go_on_without_microphone": _("Go on without a microphone"),
        "go_on_without_both": _("Go on without camera and microphone"),
        "not_told": _("There is no connection right now. Wait a moment, and press again."),
        **_found(),
        **_failures(),
        **_permissions(),
    }


def _found() -> dict[str, str]:
    return {
        "camera_ok": _("Your camera works."),
        "say_something": _("Say something."),
        "microphone_ok": _("We can hear you."),
        "speaker_ok": _("You can hear us."),
        "speaker_failed": _(
            "Turn the volume up, and switch off silent mode. If headphones are connected, also by "
            "Bluetooth, the sound is there. Then play it again."
        ),
        "connection_ok": _("Calls get through."),
        "connection_maybe": _(
            "If you do not see or hear the clinic in the call, use mobile data instead of Wi-Fi. "
            "If you use a VPN, switch it off."
        ),
        "connection_failed": _(
            "Video calls do not get through here. Use mobile data instead of Wi-Fi, or move closer "
            "to the Wi-Fi router. If you use a VPN, switch it off. You can wait here all the same."
        ),
    }


def _failures() -> dict[str, str]:
    insecure = _(
        "Browsers allow camera and microphone on secure pages only. Open the address of your "
        "waiting room with https:// in front of it."
    )
    unsupported = _("This browser has no camera and microphone for calls.")
    return {
        "video_denied": _("This page may not use your camera."),
        "video_missing": _("No camera was found. Connect one, or go on without it."),
        "video_in_use": _(
            "Your camera is used by another app. Close other video apps and tabs, then try again."
        ),
        "video_insecure": insecure,
        "video_unsupported": unsupported,
        "video_other": _("Your camera did not start. Load this page again, then try again."),
        "audio_denied": _("This page may not use your microphone."),
        "audio_missing": _("No microphone was found. Connect one, or a headset with one."),
        "audio_in_use": _(
            "Your microphone is used by another app. End other calls, then try again."
        ),
        "audio_insecure": insecure,
        "audio_unsupported": unsupported,
        "audio_other": _("Your microphone did not start. Load this page again, then try again."),
    }


def _permissions() -> dict[str, str]:
    """Return how to allow camera and microphone, by web/media/device_failures' name of the
    browser."""
    return {
        "allow_app": _(
            "This app’s own browser may not use them. Open the page in the browser of your phone, "
            "or allow it in Settings of the phone, Apps, and the name of this app. Then try again."
        ),
        "allow_android": _(
            "Press the sign to the left of the address, then “Permissions”, and allow camera and "
            "microphone. If they are not there: Settings of the phone, Apps, your browser, "
            "Permissions. Then try again."
        ),
        "allow_ios": _(
            "Press the sign to the left of the address (“aA” or a page), then “Website Settings”, "
            "and allow camera and microphone. If they are not there: Settings of the phone, Apps, "
            "Safari, Camera and Microphone. Then try again."
        ),
        "allow_firefox": _(
            "Press the crossed-out camera to the left of the address, take away the block, and try "
            "again."
        ),
        "allow_safari": _(
            "In the menu, choose Safari, Settings for This Website, and allow camera and "
            "microphone. Then try again."
        ),
        "allow_desktop": _(
            "Press the sign to the left of the address, allow camera and microphone, and try again."
        ),
    }
