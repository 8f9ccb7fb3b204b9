"""Pure decisions that strategies make: at which rate, after what wait, which mails. Time is an argument."""
