"""Message plans: how a patient learns of an item, way after way, until it is read."""
