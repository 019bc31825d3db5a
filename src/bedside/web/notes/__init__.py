"""The notes of staff on a visit."""
