variable "hosts" {
  description = "The host of each node, by node name: address, and where they differ from the usual the user, port, address for peers, and its SSH host key (a line as `ssh-keyscan` prints it without the name, compared with the host's own /etc/ssh/*.pub); a host without one can be planned but not connected to."
  type = map(object({
    address      = string
    user         = optional(string)
    port         = optional(number, 22)
    private_ip   = optional(string)
    peer_address = optional(string)
    host_key     = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for host in values(var.hosts) : can(regex("^[0-9A-Za-z.:_-]+$", host.address))])
    error_message = "An address is an IP address or a host name."
  }

  validation {
    condition     = alltrue([for host in values(var.hosts) : host.user == null || can(regex("^[A-Za-z_][A-Za-z0-9_.-]*$", host.user))])
    error_message = "A user is a plain login name."
  }

  validation {
    condition     = alltrue([for host in values(var.hosts) : host.host_key == null || can(regex("^(ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/=]+$", host.host_key))])
    error_message = "A host key is a type and a base64 text, as in `ssh-ed25519 AAAA…`: a line of ssh-keyscan without the host."
  }

  validation {
    condition     = alltrue([for host in values(var.hosts) : host.port >= 1 && host.port <= 65535])
    error_message = "A port is 1 to 65535."
  }
}
