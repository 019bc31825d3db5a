"""The hidden frame that blurs the background of a camera's picture, for everybody in a call.

Its model is WebAssembly, which the content policy of Bedside's pages does not allow. Only this page
does, and it shows nothing: neither what patients send nor what anybody types ever gets into it.
"""

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.rendering import asset, render
from bedside.edge.routes import open_route

_FILES = (
    "selfie_segmentation.binarypb",
    "selfie_segmentation_landscape.tflite",
    "selfie_segmentation_solution_simd_wasm_bin.js",
    "selfie_segmentation_solution_simd_wasm_bin.wasm",
)
"""Files that the script of the model loads, by the names that it knows."""
_CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    ]
)


async def frame(request: Request) -> Response:
    """GET /blur: the page that runs the model. It knows nothing of who asks for it."""
    page = render(request, "calls/blur_frame.html", files={name: asset(name) for name in _FILES})
    page.headers["content-security-policy"] = _CONTENT_POLICY
    page.headers["x-frame-options"] = "SAMEORIGIN"
    return page


routes = [open_route("/blur", frame, methods=["GET"])]
