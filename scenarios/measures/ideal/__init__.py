"""The ideal sender: when each recipient would be admitted if nothing but SES took time."""
