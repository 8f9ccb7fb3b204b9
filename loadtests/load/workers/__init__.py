"""Inside Locust's processes: the master's word, the workers' shares, the mails as they are played."""
