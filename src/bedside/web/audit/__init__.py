"""The audit log: its page, its sentences and its export."""
