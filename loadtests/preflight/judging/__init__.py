"""What is wrong: pure functions from facts to findings, a file for each thing that is looked at."""
