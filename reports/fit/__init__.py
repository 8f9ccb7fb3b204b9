"""Which limiter is behind calls: document, table, sentences, picture and folder."""
