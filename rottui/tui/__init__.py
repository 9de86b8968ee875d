"""The screen: a Textual app that reads the store and writes wishes to it."""
