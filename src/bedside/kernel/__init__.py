"""The smallest shared ideas: ids, time, events, the unit of work, language."""
