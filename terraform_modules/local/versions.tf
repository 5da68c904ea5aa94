terraform {
  required_version = ">= 1.11"
  required_providers {
    podman = {
      source  = "ectf.local/ectf/podman"
      version = "0.1.0"
    }
  }
}
