"""What the set-up, the demo and the tests share."""
