"""Live file transfer in a visit, and photos taken on the patient's camera."""
