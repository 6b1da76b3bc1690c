"""What people read: catalogues, limits, and the rendering for each platform."""
