"""A consumer of queues that sends as fast as SES turns out to allow: its parts."""
