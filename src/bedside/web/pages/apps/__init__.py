"""Pages of the apps of a call, most of which open in the waiting room too (feature V8)."""
