"""Operation of an installation: backing up, restoring, checking, rotating keys."""
