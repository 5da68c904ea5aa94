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

# What ectf is told of nodes (see contract.tf).
resource "terraform_data" "nodes" {
  input = tomap({
    for name, node in var.nodes : name => {
      group   = node.group
      volumes = { for volume, wanted in node.volumes : volume => coalesce(wanted.mount, "/mnt/${volume}") }
      from = {
        address     = "podman_node.address"
        private_ip  = "podman_node.address"
        ssh_host    = "podman_node.ssh_host"
        ssh_port    = "podman_node.ssh_port"
        ssh_user    = "podman_node.ssh_user"
        instance_id = "podman_node.id"
        host_key    = "podman_node.host_key"
      }
    }
  })
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
