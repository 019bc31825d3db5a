"""Files between staff and a patient, during a visit."""
