"""A kind of request that the product does not have: a weight, typed by the patient, perhaps with a
photo of the scale. What a new kind needs is in this folder, and in one line of the list of
features."""
