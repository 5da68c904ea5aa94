# Nothing is made and nothing is destroyed: the state only remembers which hosts are the cluster's.

# What ectf is told of nodes (see contract.tf).
resource "terraform_data" "nodes" {
  input = tomap({
    for name, node in var.nodes : name => {
      group      = node.group
      address    = coalesce(var.hosts[name].peer_address, var.hosts[name].private_ip, var.hosts[name].address)
      private_ip = var.hosts[name].private_ip
      public_ip  = var.hosts[name].address
      ssh_port   = var.hosts[name].port
      ssh_user   = coalesce(var.hosts[name].user, lookup(var.ssh_user, node.image, "root"))
      host_key   = var.hosts[name].host_key
      volumes    = { for volume, wanted in node.volumes : volume => wanted.mount if wanted.mount != null }
      from       = { instance_id = "terraform_data.id" }
    }
  })
}

output "network" {
  description = "No network is made."
  value       = null
}

output "bastion" {
  description = "Hosts are reached directly."
  value       = null
}
