"""Sets what the simulator does beside closed forms: queues, the ideal sender, and the limiters."""
