"""Letters to patients: drafts, templates, sending, and what became of them (features L1–L5)."""
