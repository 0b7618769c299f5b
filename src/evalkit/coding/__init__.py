"""Codings: the codebook, the log of who coded what, and where their words stand."""
