"""The worker: does the jobs that commits leave behind."""
