"""Lambda on this machine: functions, pollers and ticks, in processes that are Lambda's own."""
