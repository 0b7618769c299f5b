"""The coding desk: a transcript coded inside JupyterLab."""
