"""A phone with two cameras of which one can be open at a time, for pages in Chromium, whose own
cameras have no direction."""

TWO_CAMERAS = """(() => {
  const devices = navigator.mediaDevices;
  if (!devices) return;  // an empty page is no secure one
  const real = devices.getUserMedia.bind(devices);
  const colours = { user: "#c81e1e", environment: "#1e3cc8" };
  let open = null;
  window.camerasOfTest = { refuse: "", opened: [], photos: 0 };
  devices.enumerateDevices = async () => [
    { kind: "audioinput", deviceId: "mic", label: "Microphone", groupId: "" },
    { kind: "videoinput", deviceId: "front", label: "Front", groupId: "" },
    { kind: "videoinput", deviceId: "back", label: "Back", groupId: "" },
  ];
  const wanted = (video) => {
    const mode = video.facingMode;
    return (typeof mode === "string" ? mode : (mode?.exact ?? mode?.ideal)) ?? "user";
  };
  const camera = (facing) => {
    if (open?.readyState === "live") throw new DOMException("in use", "NotReadableError");
    if (window.camerasOfTest.refuse === facing)
      throw new DOMException("no", "OverconstrainedError");
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [720, 1280];
    const pen = canvas.getContext("2d");
    const draw = () => {
      pen.fillStyle = colours[facing];
      pen.fillRect(0, 0, 720, 1280);
      pen.fillStyle = "#fff";
      pen.fillRect(Math.random() * 600, 600, 90, 90);
    };
    draw();
    setInterval(draw, 100);
    const [track] = canvas.captureStream(20).getVideoTracks();
    track.getSettings = () => ({ facingMode: facing, width: 720, height: 1280 });
    track.applyConstraints = async () => { throw new DOMException("no", "OverconstrainedError"); };
    window.camerasOfTest.opened.push(facing);
    open = track;
    return track;
  };
  devices.getUserMedia = async (constraints) => {
    const tracks = constraints.audio ? (await real({ audio: true })).getTracks() : [];
    if (constraints.video) tracks.push(camera(wanted(constraints.video)));
    return new MediaStream(tracks);
  };
  window.ImageCapture = class {
    constructor(track) { this.facing = track.getSettings().facingMode; }
    async takePhoto() {
      window.camerasOfTest.photos += 1;
      const canvas = new OffscreenCanvas(3024, 4032), pen = canvas.getContext("2d");
      pen.fillStyle = colours[this.facing];
      pen.fillRect(0, 0, 3024, 4032);
      return canvas.convertToBlob({ type: "image/jpeg" });
    }
  };
})();"""
"""Runs before the page's scripts. `window.camerasOfTest` tells what was opened, and refuses a
direction."""
