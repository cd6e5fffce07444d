"""Makes the hub's Keycloak what the agreement says: realm, flows, clients, organizations, agencies' logins.

Every call compares first and writes only what differs, so a second call changes nothing; each returns what it
changed, one line per change.

The operator's work alone needs Keycloak's Python package: what a service or the embedded default loads of this room
(`settings`, `log_targets`, `port`, `roles`) does not import it.
"""
