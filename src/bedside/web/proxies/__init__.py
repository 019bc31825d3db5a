"""People whom a patient lets in to the app: invited, changed, ended, and what each sees."""
