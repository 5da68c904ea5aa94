# Where the server is. Who asks comes from the client's own certificate or the environment, never from here.

variable "remote" {
  description = "Remote of the `incus` command's configuration to use. Default: INCUS_REMOTE of the environment, or the client's own default, this machine's server."
  type        = string
  default     = null

  validation {
    condition     = var.remote == null ? true : can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]*$", var.remote))
    error_message = "The name of a remote: `incus remote list` lists them."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "address" {
  description = "Address of that remote, as in https://incus.example.org:8443; of a cluster of servers, several with commas between. Default: what the `incus` command's configuration says."
  type        = string
  default     = null

  validation {
    condition     = var.address == null ? true : can(regex("^(https://[^ @,]+|unix://[^ @,]*)(,https://[^ @,]+)*$", var.address))
    error_message = "An address as in https://incus.example.org:8443, without a user."
  }

  validation {
    condition     = var.address == null || var.remote != null
    error_message = "An address needs a name to be kept by: say `remote`, too."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "config_dir" {
  description = "Absolute path of the folder with the `incus` command's configuration and certificate. Default: INCUS_CONF, or ~/.config/incus."
  type        = string
  default     = null

  validation {
    condition     = var.config_dir == null ? true : can(regex("^/[^\n]+$", var.config_dir))
    error_message = "An absolute path: Terraform runs in the work folder."
  }
}

variable "project" {
  description = "Project of the server that everything is made in. Default: `default`."
  type        = string
  default     = null

  validation {
    condition     = var.project == null ? true : can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]*$", var.project))
    error_message = "The name of a project: `incus project list` lists them."
  }
}

# Network

variable "network" {
  description = "Existing managed network of type bridge or ovn to use. By default a bridge is made."
  type        = string
  default     = null

  validation {
    condition     = var.network == null ? true : can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$", var.network))
    error_message = "The name of a managed network: `incus network list` lists them. Leave the key out to have one made."
  }
}

variable "cidr" {
  description = "Range of the network that is made; of an existing network, the part of its range that the nodes' addresses are taken from."
  type        = string
  default     = "10.60.0.0/16"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{1,3}([.][0-9]{1,3}){3}/([89]|1[0-9]|2[0-6])$", var.cidr))
    error_message = "A range of IPv4 addresses of size /8 to /26, as in 10.60.0.0/16."
  }

  validation {
    condition     = try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)
    error_message = "A range begins at its own first address, as in 10.60.0.0/16."
  }
}

variable "address_offsets" {
  description = "Where in the range a group's addresses begin, by group. Default: where a digest of the group's name falls, which needs no other group to be known."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for offset in values(var.address_offsets) : offset >= 0 && floor(offset) == offset])
    error_message = "An offset is a whole number from 0."
  }
}

variable "egress" {
  description = "How nodes without a public address reach the outside: `nat`, the server's address translation, or `none`."
  type        = string
  default     = "nat"
  nullable    = false

  validation {
    condition     = contains(["nat", "none"], var.egress)
    error_message = "Nodes without a public address reach the outside by `nat` or not at all: `none`."
  }
}

variable "public_addresses" {
  description = "Addresses that lead to the server and that it passes on to nodes of groups with `public_ip`, by node, as in {frontend001: 192.0.2.10}. All of an address's traffic is its node's."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for address in values(var.public_addresses) : can(cidrhost("${address}/32", 0))])
    error_message = "A public address is an IPv4 address."
  }

  validation {
    condition     = length(distinct(values(var.public_addresses))) == length(values(var.public_addresses))
    error_message = "Each node needs an address of its own."
  }
}

variable "peer_cidrs" {
  description = "Ranges that nodes of this cluster in other clouds come from. All their traffic is let in."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.peer_cidrs : can(cidrhost(cidr, 0))])
    error_message = "A peer is a range of addresses, as in 10.90.0.0/16."
  }
}

# Instances

variable "instance_type" {
  description = "What nodes are: a system `container`, or a `virtual-machine` with a kernel of its own."
  type        = string
  default     = "container"
  nullable    = false

  validation {
    condition     = contains(["container", "virtual-machine"], var.instance_type)
    error_message = "A node is a container or a virtual-machine."
  }
}

variable "image_remote" {
  description = "Remote that portable images are taken from: one that has the names of images.linuxcontainers.org."
  type        = string
  default     = "images"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]*$", var.image_remote))
    error_message = "The name of a remote: `incus remote list` lists them."
  }
}

variable "login_user" {
  description = "Login user of images that are no portable ones."
  type        = string
  default     = null

  validation {
    condition     = var.login_user == null ? true : can(regex("^[a-z_][a-z0-9_-]{0,31}$", var.login_user))
    error_message = "A plain login name, as in `debian`."
  }
}

variable "members" {
  description = "Members of a cluster of servers that `zone: spread` deals nodes out over."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(distinct(var.members)) == length(var.members)
    error_message = "A member is named twice."
  }

  validation {
    condition     = alltrue([for member in var.members : can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]*$", member))])
    error_message = "The name of a member: `incus cluster list` lists them."
  }
}

variable "pool" {
  description = "Storage pool of boot disks and volumes."
  type        = string
  default     = "default"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]*$", var.pool))
    error_message = "The name of a storage pool: `incus storage list` lists them."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "kept_volumes" {
  description = "Volumes with `on_destroy: keep` that an earlier cluster of this name left, by node and volume (`frontend001_home`): their storage pools. `up` adopts them; the provider can't look for them."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for pool in values(var.kept_volumes) : can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]*$", pool))])
    error_message = "The name of a storage pool: `incus storage volume list` tells where a volume is."
  }

  validation {
    condition     = alltrue([for name in keys(var.kept_volumes) : can(regex("^[a-z][a-z0-9]*[0-9]{3}_[a-z][a-z0-9]*$", name))])
    error_message = "A kept volume is named by its node and its own name, as in frontend001_home."
  }
}

variable "node_settings" {
  description = "Options of single nodes: what they are, the pool of their disks, the PCI addresses of their GPUs, further keys of the instance's configuration, and the login user of their image."
  type = map(object({
    instance_type = optional(string)
    pool          = optional(string)
    gpus          = optional(list(string), [])
    config        = optional(map(string), {})
    login_user    = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for one in values(var.node_settings) : contains(["container", "virtual-machine"], coalesce(one.instance_type, "container"))])
    error_message = "A node is a container or a virtual-machine."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]*$", coalesce(one.pool, "x")))])
    error_message = "The name of a storage pool: `incus storage list` lists them."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : alltrue([for address in one.gpus : can(regex("^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}[.][0-7]$", address))])])
    error_message = "A GPU is named by its PCI address, as in 0000:41:00.0: `incus info --resources` lists them."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : alltrue([for key in keys(one.config) : can(regex("^(boot|limits|linux|migration|nvidia|raw|security)[.][a-z0-9._]+$", key))])])
    error_message = "A key of the instance's configuration, as in security.nesting; ectf's own are not among them."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : can(regex("^[a-z_][a-z0-9_-]{0,31}$", coalesce(one.login_user, "x")))])
    error_message = "A plain login name, as in `debian`."
  }
}
