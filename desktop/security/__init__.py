"""Who may do what: accounts, roles, keys of the stores, backups and the self-test."""
