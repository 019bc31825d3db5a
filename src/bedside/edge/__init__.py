"""What every entrance by HTTP shares: who asks, bodies, forms, errors, protection, rendering."""
