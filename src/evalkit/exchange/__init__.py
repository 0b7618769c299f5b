"""Other tools' projects in and out."""
