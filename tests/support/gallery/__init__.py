"""A tiny service that shows every part of the kit once, in its full and in its empty state."""
