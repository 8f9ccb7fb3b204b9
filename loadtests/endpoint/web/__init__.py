"""HTTP for a WSGI application: whole requests from many connections, none of which can keep a thread or much memory."""
