"""A clinic that looks lived in, for trying Bedside out. All people and documents are made up."""
