"""Front door and the list of work of all services."""
