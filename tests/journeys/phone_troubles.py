"""Scripts that run before a page's own and make it a phone in trouble: `window.trouble` tells what,
and what the page did."""

import json

INTERRUPTED = """(() => {
  const devices = navigator.mediaDevices;
  if (!devices) return;  // an empty page is no secure one
  const real = devices.getUserMedia.bind(devices);
  const trouble = (window.trouble = { tracks: [], asked: [], refuse: {}, silent: false });
  devices.getUserMedia = async (constraints) => {
    const kinds = ["audio", "video"].filter((kind) => constraints[kind]);
    trouble.asked.push(kinds.join("+"));
    for (const kind of kinds) {
      const [name, times] = trouble.refuse[kind] ?? ["", 0];
      if (times > 0) {
        trouble.refuse[kind] = [name, times - 1];
        throw new DOMException("refused by the test", name);
      }
    }
    const stream = await real(constraints);
    trouble.tracks.push(...stream.getTracks());
    return stream;
  };
  trouble.last = (kind) => trouble.tracks.filter((track) => track.kind === kind).at(-1);
  trouble.mute = (kind, muted) => {
    const track = trouble.last(kind);
    Object.defineProperty(track, "muted", { configurable: true, get: () => muted });
    track.dispatchEvent(new Event(muted ? "mute" : "unmute"));
  };
  trouble.end = (kind) => {
    const track = trouble.last(kind);
    track.stop();
    track.dispatchEvent(new Event("ended"));
  };
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (!trouble.silent) return play.call(this);
    return Promise.reject(new DOMException("refused by the test", "NotAllowedError"));
  };
  trouble.pause = (selector) => document.querySelectorAll(selector).forEach((one) => one.pause());
})();"""
"""`refuse` maps a kind of device to the error of its next calls, and how many; `mute`, `end` and
`pause` are what a phone does; with `silent` no video plays without a press."""

NO_DEVICES = "Object.defineProperty(Navigator.prototype, 'mediaDevices', { get: () => undefined });"
NO_CALLS = "delete window.RTCPeerConnection;"


def refusing(**kinds: tuple[str, int]) -> str:
    """Return a script that refuses audio or video with an error, that often."""
    refuse = {kind: list(error) for kind, error in kinds.items()}
    return f"if (window.trouble) window.trouble.refuse = {json.dumps(refuse)};"


IN_APPS = {
    "Instagram": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/21E236 Instagram 325.0.3.34.91 (iPhone14,5; iOS 17_4)",
    "WhatsApp": "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Version/4.0 Chrome/124.0.6367.82 Mobile Safari/537.36 WhatsApp/2.24.8.78 A",
}
"""Browsers inside apps, by what they call themselves."""


def named(agent: str) -> str:
    """Return a script that makes the browser call itself something else."""
    return f"Object.defineProperty(Navigator.prototype, 'userAgent', {{ get: () => {agent!r} }});"
