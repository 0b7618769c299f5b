"""Transcripts as collected, read into text and turns: a module a format family."""
