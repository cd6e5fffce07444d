"""What a person needs, what was offered, and what came of it."""
