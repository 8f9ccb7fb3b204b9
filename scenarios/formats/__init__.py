"""TOML and JSON as text: written, and looked at before they are parsed."""
