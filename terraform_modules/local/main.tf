locals {
  # A node without an entry of its own has no options.
  node_settings = {
    for name in keys(var.nodes) : name => try(var.node_settings[name], { capabilities = [], devices = [] })
  }
}

resource "podman_network" "cluster" {
  cluster = var.cluster_name
  name    = "ectf-${var.cluster_name}"
  subnet  = var.subnet
  labels  = var.labels
}

resource "podman_image" "image" {
  for_each = toset([for node in var.nodes : node.image])

  name     = each.key
  registry = var.registry
}

output "network" {
  description = "The cluster's network on this machine."
  value = {
    id   = podman_network.cluster.id
    cidr = podman_network.cluster.subnet
  }
}

output "bastion" {
  description = "None: every node's SSH is published on this machine."
  value       = null
}
