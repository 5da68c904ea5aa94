variable "subnet" {
  description = "Range of the cluster's network, as in 10.90.0.0/24. Podman takes a free one by default."
  type        = string
  default     = null

  validation {
    condition     = var.subnet == null || can(cidrhost(var.subnet, 2))
    error_message = "The subnet is a range of IPv4 addresses in CIDR form with room for nodes, as in 10.90.0.0/24."
  }
}

variable "registry" {
  description = "Image registry and path from which base images are pulled, in place of those Podman is configured for."
  type        = string
  default     = null
}

variable "node_settings" {
  description = "Options of single nodes: capabilities and devices added to what the node's software needs."
  type = map(object({
    capabilities = optional(list(string), [])
    devices      = optional(list(string), [])
  }))
  default  = {}
  nullable = false
}
