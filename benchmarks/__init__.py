"""Speed of the hot paths compared with what anyone can install; `python -m benchmarks`
prints it."""
