"""What a preflight has found: the document, lines for people, and JUnit's XML for CI."""
