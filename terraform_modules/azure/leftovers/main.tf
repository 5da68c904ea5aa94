terraform {
  required_version = ">= 1.11"
  required_providers {
    azurerm = {
      source  = "registry.terraform.io/hashicorp/azurerm"
      version = "~> 5.2"
    }
  }
}

variable "cluster_name" {
  description = "Name of the cluster that is looked for."
  type        = string
}

variable "settings" {
  description = "The cloud's settings: which subscription to look in."
  type        = any
  default     = {}
}

provider "azurerm" {
  subscription_id                 = try(var.settings.subscription_id, null)
  environment                     = try(var.settings.environment, null)
  metadata_host                   = try(var.settings.metadata_host, null)
  resource_provider_registrations = "none"

  features {}
}

# Resource groups themselves are not in this list: an empty one that is left costs nothing.
data "azurerm_resources" "cluster" {
  required_tags = { "ectf-cluster" = var.cluster_name }
}

locals {
  # What `terraform import` calls the types that this cloud makes.
  types = {
    "microsoft.compute/availabilitysets"          = "azurerm_availability_set"
    "microsoft.compute/disks"                     = "azurerm_managed_disk"
    "microsoft.compute/proximityplacementgroups"  = "azurerm_proximity_placement_group"
    "microsoft.compute/virtualmachines"           = "azurerm_linux_virtual_machine"
    "microsoft.network/applicationsecuritygroups" = "azurerm_application_security_group"
    "microsoft.network/natgateways"               = "azurerm_nat_gateway"
    "microsoft.network/networkinterfaces"         = "azurerm_network_interface"
    "microsoft.network/networksecuritygroups"     = "azurerm_network_security_group"
    "microsoft.network/publicipaddresses"         = "azurerm_public_ip"
    "microsoft.network/virtualnetworks"           = "azurerm_virtual_network"
    "microsoft.storage/storageaccounts"           = "azurerm_storage_account"
  }
}

output "leftovers" {
  description = "All that carries the cluster's label."
  value = [
    for row in data.azurerm_resources.cluster.resources : {
      type   = lookup(local.types, lower(row.type), row.type)
      id     = row.id
      name   = row.name
      kept   = try(row.tags["ectf-keep"] == "true", false)
      node   = try(row.tags["ectf-volume"], null) == null ? null : row.tags["ectf-node"]
      volume = try(row.tags["ectf-volume"], null)
    }
  ]
}
