"""Letters: written by staff, read by the patient, and their templates."""
