"""How new IP addresses are warmed up: a plan, date by date, and what mailbox providers make of it."""
