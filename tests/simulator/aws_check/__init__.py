"""Holds the simulator's beliefs against a live account of AWS: `make aws-check`."""
