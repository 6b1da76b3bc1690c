"""What the bot says: messages as values, cards, catalogues, rendering for each platform."""
