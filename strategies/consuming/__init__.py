"""What draws mail from queues: a batch at a time, what is read ahead, and a consumer that paces what it sends."""
