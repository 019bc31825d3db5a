"""The waiting room as staff run it: the queue, and the transfer of a patient."""
