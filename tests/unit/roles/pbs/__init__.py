"""What the roles torque and openpbs share, with the stand-ins for their pbs_server."""
