"""SES's events: heard out of files and queues, and kept as a table for queries."""
