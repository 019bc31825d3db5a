"""Pictures, sounds and videos of kinds that are not accepted, by their first bytes, so that their
sender reads what they are and what works instead."""

_RIFF = {b"WAVE": "sound", b"AVI ": "other_video", b"CDXA": "other_video"}
_BRANDS = {
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"aax ", b"aaxc"), "sound"),
    **dict.fromkeys((b"crx ",), "camera_raw"),
    **dict.fromkeys((b"jp2 ", b"jpx ", b"jpm ", b"jxl "), "other_picture"),
}
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"ID3", "sound"),
    (b"OggS", "sound"),
    (b"fLaC", "sound"),
    (b"caff", "sound"),
    (b"MThd", "sound"),
    (b".snd", "sound"),
    (b"#!AMR", "sound"),
    (b"#!SILK", "sound"),
    (b"\xff\xf1", "sound"),  # AAC
    (b"\xff\xf9", "sound"),
    (b"\xff\xfa", "sound"),  # MPEG audio, layers 3 and 2
    (b"\xff\xfb", "sound"),
    (b"\xff\xf2", "sound"),
    (b"\xff\xf3", "sound"),
    (b"\xff\xfc", "sound"),
    (b"\xff\xfd", "sound"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "other_video"),  # Windows Media
    (b"FLV\x01", "other_video"),
    (b".RMF", "other_video"),
    (b"\x00\x00\x01\xba", "other_video"),  # MPEG
    (b"\x00\x00\x01\xb3", "other_video"),
    (b"\x1aE\xdf\xa3", "other_video"),  # Matroska; WebM was detected before
    (b"\xff\x0a", "other_picture"),  # JPEG XL
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "other_picture"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "other_picture"),  # JPEG 2000
    (b"\xff\x4f\xff\x51", "other_picture"),
    (b"8BPS", "other_picture"),  # Photoshop
    (b"gimp xcf", "other_picture"),
    (b"AT&TFORM", "other_picture"),  # DjVu
    (b"FUJIFILMCCD-RAW", "camera_raw"),
    (b"IIRO", "camera_raw"),  # Olympus
    (b"IIRS", "camera_raw"),
    (b"MMOR", "camera_raw"),
    (b"IIU\x00", "camera_raw"),  # Panasonic
    (b"\x00MRM", "camera_raw"),  # Minolta
    (b"FOVb", "camera_raw"),  # Sigma
)
_PACKET = 188
"""Bytes of a packet of an MPEG transport stream."""


def refusal_for_media(head: bytes) -> str:
    """Return the key of a refusal for a picture, sound or video of a foreign kind, "" for any
    other file."""
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return "sound"
    if head[4:8] == b"ftyp" and head[8:12] in _BRANDS:
        return _BRANDS[head[8:12]]
    for start, refusal in _STARTS:
        if head.startswith(start):
            return refusal
    at_once = [head[at : at + 1] for at in range(0, 5 * _PACKET, _PACKET)]
    later = [head[at : at + 1] for at in range(4, 5 * (_PACKET + 4), _PACKET + 4)]  # AVCHD
    is_stream = b"\xff" in head and b"G" * 5 in (b"".join(at_once), b"".join(later))
    return "other_video" if is_stream else ""
