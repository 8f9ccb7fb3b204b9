"""What a request and a mail say, read once and in linear time; what is malformed is refused, whatever it is."""
