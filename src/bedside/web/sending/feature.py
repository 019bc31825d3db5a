"""The feature “files that a patient sends by themself”."""

from bedside.edge.feature import Feature
from bedside.web.sending import patient

feature = Feature(routes=patient.routes)
