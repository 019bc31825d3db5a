"""Pages, one module for each part of the product; each offers `routes`."""
