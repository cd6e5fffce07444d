"""Call-backs: a child who left a way to be reached is called within the hours that were promised."""
