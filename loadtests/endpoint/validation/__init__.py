"""What SES refuses in a mail, whichever interface it comes through: a file for each kind of input, with SES's words."""
