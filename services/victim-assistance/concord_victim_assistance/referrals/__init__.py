"""One agency asks another to help a person: both sides of it."""
