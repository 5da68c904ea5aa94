"""Terraform provider for the cloud `local`: nodes are Podman system containers on this machine."""
