"""Health: from dated facts to a score that explains itself (docs/health.md)."""
