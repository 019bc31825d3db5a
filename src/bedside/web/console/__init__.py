"""The staff console around the pages: rail, command palette, first page."""
