"""OpenPBS' role: where it differs from TORQUE's."""
