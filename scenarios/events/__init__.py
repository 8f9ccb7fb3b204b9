"""SES's events: found in whatever carries them, and read into values with types. No AWS, no clock."""
