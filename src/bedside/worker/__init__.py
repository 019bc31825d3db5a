"""The worker: runs the jobs that commits leave behind."""
