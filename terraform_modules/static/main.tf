# Nothing is made and nothing is destroyed: the state only remembers which hosts are the cluster's.

output "network" {
  description = "No network is made."
  value       = null
}

output "bastion" {
  description = "Hosts are reached directly."
  value       = null
}
