"""The chart: the record of one patient, in which every file ends up."""
