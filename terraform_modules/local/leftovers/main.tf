terraform {
  required_version = ">= 1.11"
  required_providers {
    podman = {
      source  = "ectf.local/ectf/podman"
      version = "0.1.0"
    }
  }
}

variable "cluster_name" {
  description = "Name of the cluster that is looked for."
  type        = string
}

# tflint-ignore: terraform_unused_declarations # every cloud's look takes them
variable "settings" {
  description = "The cloud's settings; to look for a label takes none."
  type        = any
  default     = {}
}

data "podman_leftovers" "cluster" {
  cluster = var.cluster_name
}

output "leftovers" {
  description = "All that carries the cluster's label."
  value = [
    for row in data.podman_leftovers.cluster.found :
    merge(row, { kept = tobool(row.kept) })
  ]
}
