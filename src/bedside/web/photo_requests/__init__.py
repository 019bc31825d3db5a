"""The pages of a photo request, for the patient."""
