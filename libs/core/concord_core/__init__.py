"""What every Concord service shares."""
