"""Files between staff and a patient, while a visit goes on."""
