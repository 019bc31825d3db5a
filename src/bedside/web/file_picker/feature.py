"""The feature “file picker”: “from the patient's files”, for staff and in the patient's app."""

from bedside.edge.feature import Feature
from bedside.web.file_picker import patient, staff

feature = Feature(routes=(*staff.routes, *patient.routes))
