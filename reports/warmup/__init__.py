"""A plan of a warm-up: document, table, picture, CSV and calendar."""
