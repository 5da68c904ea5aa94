variable "project" {
  description = "Project that the cluster is built in and billed to, by its ID."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project's ID is 6 to 30 lower-case letters, digits and dashes, as in my-project-123456; not its name, not its number."
  }
}

variable "region" {
  description = "Region of the cluster, as in europe-west3."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+(-[a-z]+)+[0-9]+$", var.region))
    error_message = "A region is written as in europe-west3, without a zone's letter at the end."
  }
}

variable "zone" {
  description = "Zone of nodes whose group names none, as in europe-west3-a. Default: the first of `zones`, or of the region."
  type        = string
  default     = null

  validation {
    condition     = var.zone == null || can(regex("^[a-z]+(-[a-z]+)+[0-9]+-[a-z0-9]+$", var.zone))
    error_message = "A zone is a region with a letter, as in europe-west3-a."
  }

  validation {
    condition     = var.zone == null ? true : startswith(var.zone, "${var.region}-")
    error_message = "The zone is in another region than the cluster."
  }
}

variable "zones" {
  description = "Zones over which `zone: spread` deals nodes out. Default: all the region had when the cluster was made."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for zone in var.zones : can(regex("^[a-z]+(-[a-z]+)+[0-9]+-[a-z0-9]+$", zone))])
    error_message = "A zone is a region with a letter, as in europe-west3-a."
  }

  validation {
    condition     = alltrue([for zone in var.zones : startswith(zone, "${var.region}-")])
    error_message = "The zone is in another region than the cluster."
  }

  validation {
    condition     = length(distinct(var.zones)) == length(var.zones)
    error_message = "A zone is named twice."
  }
}

variable "network" {
  description = "Name of an existing VPC network to build in. Default: one is made."
  type        = string
  default     = null

  validation {
    condition     = var.network == null || can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.network))
    error_message = "A network is named by its short name, as in default: lower-case letters, digits and dashes."
  }
}

variable "subnet" {
  description = "Name of the existing subnet of `network` in the region. Default: the network's own name, as networks in auto mode have it."
  type        = string
  default     = null

  validation {
    condition     = var.subnet == null || can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", var.subnet))
    error_message = "A subnet is named by its short name: lower-case letters, digits and dashes."
  }

  validation {
    condition     = var.subnet == null || var.network != null
    error_message = "A subnet is one of an existing `network`: name that too."
  }
}

variable "network_project" {
  description = "Project that owns `network`, where it is a Shared VPC. Firewall rules are made there."
  type        = string
  default     = null

  validation {
    condition     = var.network_project == null || can(regex("^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.network_project))
    error_message = "A project's ID is 6 to 30 lower-case letters, digits and dashes, as in my-project-123456."
  }

  validation {
    condition     = var.network_project == null || var.network != null
    error_message = "It is the project of an existing `network`: name that too."
  }
}

variable "cidr" {
  description = "Range of the subnet that is made, as in 10.90.0.0/20."
  type        = string
  default     = "10.90.0.0/20"
  nullable    = false

  validation {
    condition     = can(regex("^(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}/(8|9|1[0-9]|2[0-9])$", var.cidr))
    error_message = "The range is IPv4 in CIDR form from /8 to /29, as in 10.90.0.0/20."
  }

  validation {
    condition     = try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)
    error_message = "The range begins at its network address, as in 10.90.0.0/20."
  }
}

variable "mtu" {
  description = "Largest packet of the network that is made: 1300 to 8896; 8896 suits MPI."
  type        = number
  default     = 1460
  nullable    = false

  validation {
    condition     = var.mtu >= 1300 && var.mtu <= 8896
    error_message = "The MTU is 1300 to 8896 bytes."
  }
}

variable "egress" {
  description = "How nodes without a public address reach the internet: nat (a Cloud NAT gateway is made) or none. Default: nat where some node needs it and the network is made here."
  type        = string
  default     = null

  validation {
    condition     = var.egress == null || can(regex("^(nat|none)$", var.egress))
    error_message = "Egress is nat or none."
  }
}

variable "network_tier" {
  description = "Network tier of public addresses: PREMIUM or STANDARD."
  type        = string
  default     = "PREMIUM"
  nullable    = false

  validation {
    condition     = contains(["PREMIUM", "STANDARD"], var.network_tier)
    error_message = "The network tier is PREMIUM or STANDARD."
  }
}

variable "boot_disk_type" {
  description = "Type of boot disks. Default: pd-balanced, or hyperdisk-balanced for machines that take nothing else."
  type        = string
  default     = null

  validation {
    condition     = var.boot_disk_type == null || can(regex("^(pd-standard|pd-balanced|pd-ssd|pd-extreme|hyperdisk-balanced|hyperdisk-extreme)$", var.boot_disk_type))
    error_message = "A boot disk is pd-standard, pd-balanced, pd-ssd, pd-extreme, hyperdisk-balanced or hyperdisk-extreme."
  }
}

variable "volume_type" {
  description = "Type of volumes; those that exist keep theirs. Default: as for boot disks."
  type        = string
  default     = null

  validation {
    condition     = var.volume_type == null || can(regex("^(pd-standard|pd-balanced|pd-ssd|pd-extreme|hyperdisk-balanced|hyperdisk-extreme|hyperdisk-throughput)$", var.volume_type))
    error_message = "A volume is pd-standard, pd-balanced, pd-ssd, pd-extreme, hyperdisk-balanced, hyperdisk-extreme or hyperdisk-throughput."
  }
}

variable "kms_key" {
  description = "Cloud KMS key that encrypts disks and shared file systems. Default: keys that Google manages."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key == null || can(regex("^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$", var.kms_key))
    error_message = "A key is named in full: projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY."
  }
}

variable "service_account" {
  description = "Service account, by its e-mail address, that the machines act as. Default: none."
  type        = string
  default     = null

  validation {
    condition     = var.service_account == null || can(regex("^[a-z0-9-]+@[a-z0-9.:-]+$", var.service_account))
    error_message = "A service account is named by its e-mail address, as in nodes@my-project.iam.gserviceaccount.com."
  }
}

variable "scopes" {
  description = "Access scopes of `service_account`. What it may do is better said by its roles."
  type        = list(string)
  default     = ["https://www.googleapis.com/auth/cloud-platform"]
  nullable    = false
}

variable "secure_boot" {
  description = "Whether only signed boot loaders and kernel modules run. GPU drivers built on the node are not signed."
  type        = bool
  default     = true
  nullable    = false
}

variable "spot_action" {
  description = "What happens to a spot machine that Google takes back: STOP (the next `up` starts it) or DELETE (the next `up` makes it anew)."
  type        = string
  default     = "STOP"
  nullable    = false

  validation {
    condition     = contains(["STOP", "DELETE"], var.spot_action)
    error_message = "The spot action is STOP or DELETE."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "universe_domain" {
  description = "Domain of a compatible cloud that others run on Google's technology, as in apis-s3ns.fr. Default: Google's own."
  type        = string
  default     = null

  validation {
    condition     = var.universe_domain == null || can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.universe_domain))
    error_message = "A universe domain is a domain name, as in apis-s3ns.fr."
  }
}

variable "image_project_prefix" {
  description = "What stands before the projects of public images in a compatible cloud, as in `s3ns-system:`."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9.-]+:)?$", var.image_project_prefix))
    error_message = "The prefix ends with a colon, as in s3ns-system:."
  }
}

# tflint-ignore: terraform_unused_declarations # it is for the look for leftovers
variable "asset_inventory" {
  description = "Whether `down` looks for leftovers by label, through the Cloud Asset API, and `up` finds kept volumes so."
  type        = bool
  default     = true
  nullable    = false
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

variable "shared_fs" {
  description = "Filestore instances (NFS) by name: tier, size_gb, zone (for zonal tiers; default that of nodes)."
  type = map(object({
    tier    = optional(string, "BASIC_HDD")
    size_gb = optional(number, 1024)
    zone    = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.shared_fs) : can(regex("^[a-z][a-z0-9_]{0,14}$", name))])
    error_message = "The name of a file system is its NFS share too: 1 to 15 lower-case letters, digits and underscores."
  }

  validation {
    condition     = alltrue([for fs in values(var.shared_fs) : contains(["BASIC_HDD", "BASIC_SSD", "ZONAL", "REGIONAL", "ENTERPRISE"], fs.tier)])
    error_message = "A tier of Filestore is BASIC_HDD, BASIC_SSD, ZONAL, REGIONAL or ENTERPRISE."
  }

  validation {
    condition     = alltrue([for fs in values(var.shared_fs) : fs.size_gb >= (fs.tier == "BASIC_SSD" ? 2560 : 1024)])
    error_message = "Filestore begins at 1024 GiB, in the tier BASIC_SSD at 2560."
  }

  validation {
    condition     = alltrue([for fs in values(var.shared_fs) : fs.zone == null ? true : startswith(fs.zone, "${var.region}-")])
    error_message = "The zone of a file system is in the cluster's region, as in europe-west3-a."
  }
}

variable "node_settings" {
  description = "Options of single nodes that only Google Cloud has."
  type = map(object({
    accelerator_count = optional(number, 1)
    accelerator_type  = optional(string)
    boot_disk_type    = optional(string)
    local_ssd_count   = optional(number, 0)
    min_cpu_platform  = optional(string)
    network_tags      = optional(list(string), [])
    nic_type          = optional(string)
    reservation       = optional(string)
    scopes            = optional(list(string))
    secure_boot       = optional(bool)
    service_account   = optional(string)
    threads_per_core  = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for node in values(var.node_settings) : contains([1, 2, 4, 8, 16], node.accelerator_count)])
    error_message = "`accelerator_count` is 1, 2, 4, 8 or 16."
  }

  validation {
    condition     = alltrue([for node in values(var.node_settings) : contains([0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 24], node.local_ssd_count)])
    error_message = "`local_ssd_count` is 0 to 8, 16 or 24."
  }

  validation {
    condition     = alltrue([for node in values(var.node_settings) : contains([1, 2], coalesce(node.threads_per_core, 2))])
    error_message = "`threads_per_core` is 1 or 2."
  }

  validation {
    condition     = alltrue([for node in values(var.node_settings) : contains(["GVNIC", "VIRTIO_NET", "IDPF", "MRDMA", "IRDMA"], coalesce(node.nic_type, "GVNIC"))])
    error_message = "`nic_type` is GVNIC, VIRTIO_NET, IDPF, MRDMA or IRDMA."
  }

  validation {
    condition     = alltrue([for node in values(var.node_settings) : can(regex("^(pd-standard|pd-balanced|pd-ssd|pd-extreme|hyperdisk-balanced|hyperdisk-extreme)$", coalesce(node.boot_disk_type, "pd-ssd")))])
    error_message = "A boot disk is pd-standard, pd-balanced, pd-ssd, pd-extreme, hyperdisk-balanced or hyperdisk-extreme."
  }

  validation {
    condition     = alltrue([for node in values(var.node_settings) : can(regex("^[a-z0-9-]+@[a-z0-9.:-]+$", coalesce(node.service_account, "x@x")))])
    error_message = "A service account is named by its e-mail address."
  }

  validation {
    condition     = alltrue([for node in values(var.node_settings) : alltrue([for tag in node.network_tags : can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", tag))])])
    error_message = "A network tag has up to 63 lower-case letters, digits and dashes and begins with a letter."
  }
}
