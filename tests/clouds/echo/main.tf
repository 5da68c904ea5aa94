output "network" {
  description = "No network is made."
  value       = null
}

output "bastion" {
  description = "The node to jump through."
  value       = var.jump
}
