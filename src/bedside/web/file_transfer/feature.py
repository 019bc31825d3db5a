"""The feature “file transfer”."""

from bedside.edge.feature import Feature
from bedside.web.file_transfer import everyone, looking, photo_capture
from bedside.web.file_transfer.sentences import SENTENCES

feature = Feature(
    routes=(*everyone.routes, *looking.routes, *photo_capture.routes),
    sentences=SENTENCES,
)
