"""Code that looks into hostile files: parsing, rendering and OCR, always in a child process.

`child` is the process's entry point; `confinement` takes away what it does not need; every other
module handles one kind of file and offers `examine(data, media_type)` and `derive(data,
media_type)`. The serving process imports nothing from here but `framing`.
"""
