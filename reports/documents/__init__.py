"""The documents that programs read: every key with its unit and meaning, and how a document is read back."""
