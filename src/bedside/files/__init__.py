"""One intake for every file: limit, type, scan, seal, store, derive, file, notify, audit."""
