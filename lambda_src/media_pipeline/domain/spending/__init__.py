"""What may be spent: reservations, and the counters that they are on."""
