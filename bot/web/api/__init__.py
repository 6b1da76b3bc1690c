"""Facts by HTTP: `/api/v1/…` and its description. `doors` is what the service opens."""
