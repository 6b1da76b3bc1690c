"""Pure builders of cards and lists: a view, a language and a day go in, a Message comes out."""
