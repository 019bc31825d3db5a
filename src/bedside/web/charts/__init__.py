"""The chart of a patient: its list, viewer and uploads."""
