"""The web parts: what is shipped to a browser and what the doors answer."""
