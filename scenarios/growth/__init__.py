"""Mail that grows from month to month: a file that says how, and a scenario at another volume."""
