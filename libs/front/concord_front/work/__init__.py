"""One list of what a person must do next, read from every service as that person."""
