"""What `linli` subcommands do, grouped by what they touch."""
