"""A demonstration clinic that looks lived in. All people and documents are made up."""
