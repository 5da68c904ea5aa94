variable "region" {
  description = "Region, as in eu-central-1; of a compatible cloud (`endpoint`) the name it gives its own."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z]{2,4}(-[a-z]+){1,2}-[0-9]{1,2}|[A-Za-z]+)$", var.region))
    error_message = "A region is written as in eu-central-1; a zone, as eu-central-1a, goes into `zone` of a group."
  }

  validation {
    condition     = var.endpoint != null || can(regex("-[0-9]{1,2}$", var.region))
    error_message = "Amazon's regions end in a number, as eu-central-1 does; other names need an `endpoint`."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "profile" {
  description = "Profile of ~/.aws/config that the credentials come from; by default the environment decides."
  type        = string
  default     = null

  validation {
    condition     = var.profile == null || can(regex("^[A-Za-z0-9_.@/:+-]+$", var.profile))
    error_message = "A profile is a name of ~/.aws/config; keys and secrets never stand in a cluster file."
  }
}

variable "endpoint" {
  description = "Address of an EC2-compatible cloud's API, as in https://ec2.example.org; Amazon's own by default."
  type        = string
  default     = null

  validation {
    condition     = var.endpoint == null || can(regex("^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$", var.endpoint))
    error_message = "An endpoint is an address without user or query, as in https://ec2.example.org:8773/services/compute."
  }
}

variable "zones" {
  description = "Zones that nodes without a `zone` are put in (the first) or spread over; by default those that had the types when the nodes were first planned, by name."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(distinct(var.zones)) == length(var.zones)
    error_message = "A zone is named twice."
  }

  validation {
    condition     = alltrue([for zone in var.zones : var.endpoint != null || startswith(zone, var.region) && zone != var.region])
    error_message = "A zone is one of the region, as in eu-central-1a."
  }
}

variable "network" {
  description = "An existing VPC by id, with `subnets`; by default the cluster makes one of its own."
  type        = string
  default     = null

  validation {
    condition     = var.network == null || can(regex("^vpc-[0-9a-f]{8,17}$", var.network))
    error_message = "A network is the id of a VPC, as in vpc-0a1b2c3d."
  }

  validation {
    condition     = (var.network == null) == (length(var.subnets) == 0)
    error_message = "An existing network is named by both `network` and `subnets`."
  }
}

variable "subnets" {
  description = "Existing subnets of `network` for the nodes, one per zone in use."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for subnet in var.subnets : can(regex("^subnet-[0-9a-f]{8,17}$", subnet))])
    error_message = "A subnet is named by its id, as in subnet-0a1b2c3d."
  }
}

variable "public_subnets" {
  description = "Existing subnets for nodes with a public address; by default those of `subnets`."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for subnet in var.public_subnets : can(regex("^subnet-[0-9a-f]{8,17}$", subnet))])
    error_message = "A subnet is named by its id, as in subnet-0a1b2c3d."
  }

  validation {
    condition     = length(var.public_subnets) == 0 || length(var.subnets) > 0
    error_message = "`public_subnets` are part of an existing network: name `network` and `subnets` too."
  }
}

variable "security_groups" {
  description = "Existing security groups by id that every node is in beside the cluster's own; two at most."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for group in var.security_groups : can(regex("^sg-[0-9a-f]{8,17}$", group))])
    error_message = "A security group is named by its id, as in sg-0a1b2c3d."
  }

  validation {
    condition     = length(var.security_groups) <= 2
    error_message = "Amazon allows five groups a node, of which the cluster uses up to three."
  }
}

variable "cidr" {
  description = "Range of the network that the cluster makes: /16 to /24, split into sixteen subnets."
  type        = string
  default     = "10.70.0.0/16"
  nullable    = false

  validation {
    condition     = can(regex("^([0-9]{1,3}\\.){3}[0-9]{1,3}/(1[6-9]|2[0-4])$", var.cidr))
    error_message = "The range is IPv4 in CIDR form from /16 to /24, as in 10.70.0.0/16."
  }

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(cidrsubnet(var.cidr, 0, 0), "") == var.cidr
    error_message = "The range must begin at its first address, as 10.70.0.0/16 does."
  }

  validation {
    condition = alltrue([
      for peer in var.peer_cidrs : try(
        cidrsubnet("${split("/", peer)[0]}/${min(split("/", peer)[1], split("/", var.cidr)[1])}", 0, 0) !=
        cidrsubnet("${split("/", var.cidr)[0]}/${min(split("/", peer)[1], split("/", var.cidr)[1])}", 0, 0),
      true)
    ])
    error_message = "The range overlaps that of another cloud of this cluster: choose another `cidr`."
  }
}

variable "egress" {
  description = "How nodes without a public address reach out: `nat` makes a NAT gateway (it costs by the hour), `none` none."
  type        = string
  default     = "nat"
  nullable    = false

  validation {
    condition     = contains(["nat", "none"], var.egress)
    error_message = "Egress is `nat` or `none`; with none, nodes without a public address reach no package mirror."
  }
}

variable "disk_type" {
  description = "Kind of boot disks and volumes."
  type        = string
  default     = "gp3"
  nullable    = false

  validation {
    condition     = contains(["gp3", "gp2", "standard"], var.disk_type)
    error_message = "The kinds of disk are gp3, gp2 and standard; a group's boot disk may also be io1 or io2, by `settings`."
  }
}

variable "kms_key" {
  description = "Key that encrypts disks and EFS, by its own ARN; by default the account's own key."
  type        = string
  default     = null

  # Amazon answers with the key's ARN whatever it was called by, and another key is another disk.
  validation {
    condition     = var.kms_key == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key))
    error_message = "A key is its own ARN, as in arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d; by an alias or a bare id every `up` would replace every machine. `aws kms describe-key --key-id alias/NAME --query KeyMetadata.Arn` tells the ARN."
  }
}

variable "encrypted" {
  description = "Whether disks are encrypted; false only for a compatible cloud that can't."
  type        = bool
  default     = true
  nullable    = false
}

variable "device_names" {
  description = "Device names of volumes by the volume's name, as in {data: /dev/sdf}, where two volumes of a node would have the same; by default each follows from the volume's name."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for device in values(var.device_names) : can(regex("^/dev/(sd[f-p]|xvd[b-d][a-z])$", device))])
    error_message = "A device name is /dev/sdf to /dev/sdp, or /dev/xvdba to /dev/xvddz."
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

variable "shared_fs" {
  description = "File systems as a service that the nodes share, by name: `efs`, or `lustre` with a size of 1200 or a multiple of 2400 GiB. They go with the cluster."
  type = map(object({
    type    = optional(string, "efs")
    size_gb = optional(number, 1200)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.shared_fs) : can(regex("^[a-z][a-z0-9]{0,24}$", name))])
    error_message = "A file system's name is 1 to 25 lower-case letters and digits, starting with a letter."
  }

  validation {
    condition     = alltrue([for fs in values(var.shared_fs) : contains(["efs", "lustre"], fs.type)])
    error_message = "The type of a shared file system is efs or lustre."
  }

  validation {
    condition     = alltrue([for fs in values(var.shared_fs) : fs.type == "efs" || fs.size_gb == 1200 || (fs.size_gb > 0 && fs.size_gb % 2400 == 0)])
    error_message = "Lustre comes in 1200, 2400, 4800, 7200, … GiB."
  }
}

variable "node_settings" {
  description = "Options of single nodes: disk (type, IOPS, MB/s), most to pay for spot in US dollars an hour, instance profile by name, EFA network, login user of an image of one's own."
  type = map(object({
    disk_type        = optional(string)
    disk_iops        = optional(number)
    disk_throughput  = optional(number)
    spot_price       = optional(number)
    instance_profile = optional(string)
    efa              = optional(bool, false)
    user             = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for one in values(var.node_settings) : contains(["gp3", "gp2", "io2", "io1", "standard"], coalesce(one.disk_type, "gp3"))])
    error_message = "The kinds of boot disk are gp3, gp2, io2, io1 and standard."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : coalesce(one.spot_price, 1) > 0])
    error_message = "A spot price is more than 0 US dollars an hour."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : can(regex("^[A-Za-z0-9+=,.@_-]+$", coalesce(one.instance_profile, "x")))])
    error_message = "An instance profile is given by its name, not its ARN."
  }
  validation {
    condition     = alltrue([for one in values(var.node_settings) : one.disk_iops == null ? true : one.disk_iops >= 100 && one.disk_iops <= 256000])
    error_message = "`disk_iops` is 100 to 256000."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : one.disk_iops == null || contains(["gp3", "io1", "io2"], coalesce(one.disk_type, var.disk_type))])
    error_message = "`disk_iops` goes with disks of type gp3, io1 or io2: say `disk_type` too."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : one.disk_iops != null || !contains(["io1", "io2"], coalesce(one.disk_type, var.disk_type))])
    error_message = "Disks of type io1 and io2 want `disk_iops`."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : one.disk_throughput == null ? true : one.disk_throughput >= 125 && one.disk_throughput <= 2000])
    error_message = "`disk_throughput` is 125 to 2000 MB/s."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : one.disk_throughput == null || coalesce(one.disk_type, var.disk_type) == "gp3"])
    error_message = "`disk_throughput` goes with disks of type gp3 alone."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : can(regex("^[a-z_][a-z0-9_-]{0,31}$", coalesce(one.user, "x")))])
    error_message = "`user` is a plain login name, as in ec2-user."
  }
}
