"""What became of accepted mail, for people: columns, a clause of a sentence, providers apart."""
