"""A person's own account: sign-in methods, sessions, and how alerts reach them."""
