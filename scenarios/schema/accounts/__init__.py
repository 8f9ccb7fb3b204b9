"""The accounts that send: what SES allows each, and how mail is divided among several."""
