"""The list of patients, their details, and the Patient information card."""
