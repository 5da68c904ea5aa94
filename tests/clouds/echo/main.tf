# What ectf is told of nodes (see contract.tf).
resource "terraform_data" "nodes" {
  input = tomap({
    for name, node in var.nodes : name => {
      group    = node.group
      address  = "192.0.2.${node.index}"
      ssh_user = try(var.ssh_user[node.image], "root")
      volumes  = { for volume in keys(node.volumes) : volume => "/dev/${volume}" }
      from     = { instance_id = "terraform_data.id" }
    }
  })
}

output "network" {
  description = "No network is made."
  value       = null
}

output "bastion" {
  description = "The node to jump through."
  value       = var.jump
}
