"""The telephone as a way out: text messages to patients, and visits that go on by telephone."""
