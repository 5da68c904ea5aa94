# Looks for what carries the cluster's label. The provider lists ports and subnets by tag; machines
# show through their ports, networks through their subnets. Volumes, floating addresses, routers,
# security groups and key pairs it can only look up one by one, which fails where there is none:
# those are proven gone by the state alone. Kept volumes are those that the file names.

terraform {
  required_version = ">= 1.11"
  required_providers {
    openstack = {
      source  = "terraform-provider-openstack/openstack"
      version = "~> 3.4"
    }
  }
}

provider "openstack" {
  cloud              = try(var.settings.cloud, null)
  auth_url           = try(var.settings.auth_url, null)
  region             = try(var.settings.region, null)
  endpoint_type      = try(var.settings.interface, null)
  cacert_file        = try(var.settings.cacert_file, null)
  endpoint_overrides = try(var.settings.endpoint_overrides, null)
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

data "openstack_networking_port_ids_v2" "found" {
  tags = ["ectf-cluster=${var.cluster_name}"]
}

data "openstack_networking_port_v2" "found" {
  for_each = toset(data.openstack_networking_port_ids_v2.found.ids)

  port_id = each.key
}

data "openstack_networking_subnet_ids_v2" "found" {
  tags = ["ectf-cluster=${var.cluster_name}"]
}

data "openstack_networking_subnet_v2" "found" {
  for_each = toset(data.openstack_networking_subnet_ids_v2.found.ids)

  subnet_id = each.key
}

output "leftovers" {
  description = "All that carries the cluster's label, as far as the provider can list it."
  value = concat(
    [
      for id, port in data.openstack_networking_port_v2.found :
      { type = "openstack_networking_port_v2", id = id, name = port.name, kept = false, node = null, volume = null }
    ],
    [
      for port in values(data.openstack_networking_port_v2.found) :
      { type = "openstack_compute_instance_v2", id = port.device_id, name = port.name, kept = false, node = null, volume = null }
      if startswith(coalesce(port.device_owner, "-"), "compute:")
    ],
    [
      for place, id in try(var.settings.kept_volumes, {}) : {
        type = "openstack_blockstorage_volume_v3", id = id, name = "${var.cluster_name}-${replace(place, "_", "-")}", kept = true,
        node = split("_", place)[0], volume = split("_", place)[1],
      }
    ],
    flatten([
      for id, subnet in data.openstack_networking_subnet_v2.found : [
        { type = "openstack_networking_subnet_v2", id = id, name = subnet.name, kept = false, node = null, volume = null },
        { type = "openstack_networking_network_v2", id = subnet.network_id, name = subnet.name, kept = false, node = null, volume = null },
      ]
    ]),
  )
}
