"""Care that a clinic plans for its patients."""
