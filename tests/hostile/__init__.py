"""Hostile files, made from their description, each with the sentence it should get."""
