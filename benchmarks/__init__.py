"""Speeds of the hot paths against what anyone can install; `python -m benchmarks` prints them."""
