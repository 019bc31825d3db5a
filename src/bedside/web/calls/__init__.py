"""Video calls: the window of staff, the pages of guests, and what all of them share."""
