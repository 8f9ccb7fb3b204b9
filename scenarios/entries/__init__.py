"""Tables that an entry of the comparison document is made of: mails apart, inboxes, accounts and tenants."""
