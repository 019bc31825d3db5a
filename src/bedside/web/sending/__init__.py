"""Files that patients send to the clinic from the app by themselves."""
