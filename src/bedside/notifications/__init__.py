"""Messages to people: written with what causes them, sent after it, never twice."""
