"""What becomes of accepted mail: pure models of mailbox providers and of AWS's patience, the same in every world."""
