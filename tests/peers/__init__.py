"""The real programs on the other side: database, mail server, SMS gateway, browser."""
