"""Codings -> what is claimed, on whose word, how strongly."""
