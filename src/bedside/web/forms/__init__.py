"""Forms: a PDF sent by staff, filled in by the patient behind a link."""
