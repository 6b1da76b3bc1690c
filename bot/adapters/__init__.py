"""How each platform is spoken to."""
