"""Web feature: choosing files that are in the chart."""
