"""The one port: health, metrics, and whatever pages and callbacks are switched on."""
