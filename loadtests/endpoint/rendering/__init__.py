"""Templates in SES's language, which is Handlebars, filled in by its own library in a JavaScript engine."""
