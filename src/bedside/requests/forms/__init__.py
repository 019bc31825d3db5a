"""Forms: a PDF of the chart that the patient fills in by link, and that comes back filled."""
