"""A visit: the patient's door, waiting page and call; its record and its identification."""
