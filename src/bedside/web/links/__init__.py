"""The first page of a link, which asks whether it is for this person."""
