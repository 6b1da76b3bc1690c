"""The playground's page: one Jinja template and the static files that it loads."""
