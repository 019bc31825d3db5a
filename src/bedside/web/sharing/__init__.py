"""Sharing: links of patients to their files, who opened the record, and what staff answer."""
