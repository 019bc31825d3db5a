"""The pages, uploads and sockets that people use."""
