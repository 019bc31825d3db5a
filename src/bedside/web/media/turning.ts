/** Asks, on the document, that the call turns its camera. */
export const TURN = "bedside:turn-camera";
/** The call has turned its camera, or tried to. */
export const TURNED = "bedside:camera-turned";
