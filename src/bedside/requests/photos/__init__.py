"""Photo requests: what is asked for, what a patient agrees to send, and how it is filed."""
