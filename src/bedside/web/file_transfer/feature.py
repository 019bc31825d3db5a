"""The feature “file transfer”."""

from bedside.edge.feature import Feature
from bedside.web.file_transfer import everyone, photo_capture
from bedside.web.file_transfer.sentences import SENTENCES

feature = Feature(
    routes=(*everyone.routes, *photo_capture.routes),
    sentences=SENTENCES,
)
