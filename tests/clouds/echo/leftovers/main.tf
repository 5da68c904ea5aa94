variable "cluster_name" {
  description = "Name of the cluster."
  type        = string
}

variable "settings" {
  description = "The cloud's settings."
  type        = any
}

output "leftovers" {
  description = "What the settings say is left."
  value       = try(var.settings.found, [])
}
