"""What the bot says: messages as values, cards, catalogues, and their rendering for each platform."""
