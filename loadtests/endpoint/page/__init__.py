"""The page at `/_seslab/`: its text, look and behaviour, and how they become one document."""
