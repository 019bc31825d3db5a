"""What an operator does with an installation: back up, restore, check, rotate keys."""
