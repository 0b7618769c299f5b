"""A notebook becomes the page that a funder reads."""
