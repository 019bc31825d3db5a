"""Settings of the clinic, its people, rooms and visits, and the state of the installation."""
