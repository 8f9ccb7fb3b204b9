"""What SES tells of a run's mail, how it is disturbed on its way, and whether the tracker then knows what is so."""
