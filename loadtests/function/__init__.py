"""What a Lambda runs: the strategy's own handler, and the package that holds it."""
