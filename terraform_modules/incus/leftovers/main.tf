# The provider looks things up one by one, which fails where there is none, and lists nothing: that all is gone is what
# Terraform was told when it deleted it. Kept volumes are those that the file names.

terraform {
  required_version = ">= 1.11"
  required_providers {
    incus = {
      source  = "lxc/incus"
      version = "~> 1.1"
    }
  }
}

variable "cluster_name" {
  description = "Name of the cluster that is looked for."
  type        = string
}

variable "settings" {
  description = "The cloud's settings: where to look."
  type        = any
  default     = {}
}

provider "incus" {
  config_dir     = try(var.settings.config_dir, null)
  default_remote = try(var.settings.remote, null)

  dynamic "remote" {
    for_each = toset(compact([try(var.settings.remote, null)]))

    content {
      name    = remote.value
      address = try(var.settings.address, null)
    }
  }
}

output "leftovers" {
  description = "Kept volumes, as far as the file names them."
  value = [
    for place, pool in try(var.settings.kept_volumes, {}) : {
      type   = "incus_storage_volume"
      id     = "${try(var.settings.project, null) == null ? "" : var.settings.project}/${pool}/${var.cluster_name}-${replace(place, "_", "-")}"
      name   = "${var.cluster_name}-${replace(place, "_", "-")}"
      kept   = true
      node   = split("_", place)[0]
      volume = split("_", place)[1]
    }
  ]
}
