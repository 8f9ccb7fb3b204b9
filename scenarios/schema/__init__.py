"""What a scenario file may say: tables that are read, checked and frozen."""
