"""What a person allows, in their words, and the grants that follow from it."""
