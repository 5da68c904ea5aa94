terraform {
  required_version = ">= 1.11"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.45.0, < 8.0.0"
    }
  }
}

variable "cluster_name" {
  description = "Name of the cluster that is looked for."
  type        = string
  nullable    = false
}

variable "settings" {
  description = "The cloud's settings: where to look."
  type        = any
  nullable    = false
}

provider "google" {
  project         = var.settings.project
  region          = var.settings.region
  universe_domain = try(var.settings.universe_domain, null)
}

locals {
  types = {
    "compute.googleapis.com/Address"  = "google_compute_address"
    "compute.googleapis.com/Disk"     = "google_compute_disk"
    "compute.googleapis.com/Instance" = "google_compute_instance"
    "file.googleapis.com/Instance"    = "google_filestore_instance"
  }
}

# The provider lists nothing by label but through Google's asset inventory.
data "google_cloud_asset_search_all_resources" "cluster" {
  for_each = toset(try(var.settings.asset_inventory, true) ? [var.settings.project] : [])

  scope       = "projects/${each.key}"
  query       = "labels.ectf-cluster=${var.cluster_name}"
  asset_types = keys(local.types)
}

output "leftovers" {
  description = "All that carries the cluster's label; null where the inventory may not be asked."
  value = try(var.settings.asset_inventory, true) ? flatten([
    for search in data.google_cloud_asset_search_all_resources.cluster : [
      for found in search.results : {
        type   = local.types[found.asset_type]
        id     = replace(found.name, "/^//[^/]+//", "")
        name   = basename(found.name)
        kept   = lookup(found.labels, "ectf-keep", "false") == "true"
        node   = lookup(found.labels, "ectf-node", null)
        volume = lookup(found.labels, "ectf-volume", null)
      } if lookup(found.labels, "ectf-cluster", "") == var.cluster_name
    ]
  ]) : null
}
