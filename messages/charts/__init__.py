"""Pictures for chat: SVG drawn here, turned into PNG with the font that ships with us."""
