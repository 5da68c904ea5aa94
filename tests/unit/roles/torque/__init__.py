"""TORQUE's role: what it asks of pbs_server, and that a busy worker is never deleted."""
