"""What looks into a hostile file: parsing, rendering and reading, always in a child process.

`child` is the process's entry; `confinement` takes away from it what it does not need; every other
module knows one kind of file and offers `examine(data, media_type)` and `derive(data, media_type)`.
The serving process imports nothing from here but `framing`.
"""
