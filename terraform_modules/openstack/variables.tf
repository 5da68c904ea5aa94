# Where the cloud is. Who asks comes from the environment or clouds.yaml, never from here.

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "cloud" {
  description = "Entry of clouds.yaml to use. Without it and without `auth_url`, OS_CLOUD or OS_AUTH_URL of the environment decides."
  type        = string
  default     = null

  validation {
    condition     = var.cloud == null || can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]*$", var.cloud))
    error_message = "The name of an entry under `clouds:` in clouds.yaml: letters, digits and . _ -"
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "auth_url" {
  description = "Address of Keystone, version 3, as in https://keystone.example.org:5000/v3."
  type        = string
  default     = null

  validation {
    condition     = var.auth_url == null || can(regex("^https?://[^ @]+$", var.auth_url))
    error_message = "An address as in https://keystone.example.org:5000/v3, without user or password."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "region" {
  description = "Region of the cloud. Default: OS_REGION_NAME, or the only one."
  type        = string
  default     = null

  validation {
    condition     = var.region == null || can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]*$", var.region))
    error_message = "A region's name has letters, digits and . _ - as in RegionOne."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "interface" {
  description = "Kind of endpoint taken from Keystone's catalogue."
  type        = string
  default     = "public"
  nullable    = false

  validation {
    condition     = contains(["public", "internal", "admin"], var.interface)
    error_message = "An endpoint is public, internal or admin."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "cacert_file" {
  description = "Absolute path of the certificate authority that signed the cloud's own certificates."
  type        = string
  default     = null

  validation {
    condition     = var.cacert_file == null || can(regex("^/[^\n]+$", var.cacert_file))
    error_message = "An absolute path: Terraform runs in the work folder."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "endpoint_overrides" {
  description = "Addresses of services that the catalogue gives wrongly, by service, as in {compute: https://…/v2.1/}."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for address in values(var.endpoint_overrides) : can(regex("^https?://[^ @]+/$", address))])
    error_message = "An address begins with https:// and ends with a slash."
  }
}

# Network

variable "network" {
  description = "Existing network to use, by name or id. By default one is made, with subnet and router."
  type        = string
  default     = null

  validation {
    condition     = var.network == null || can(regex("^[^ \n][^\n]{0,254}$", var.network))
    error_message = "The name or the id of a network; leave the key out to have one made."
  }
}

variable "subnet" {
  description = "Subnet of the existing network, by name or id. Default: its only one."
  type        = string
  default     = null

  validation {
    condition     = var.subnet == null || can(regex("^[^ \n][^\n]{0,254}$", var.subnet))
    error_message = "The name or the id of a subnet."
  }

  validation {
    condition     = var.subnet == null || var.network != null
    error_message = "A subnet belongs to an existing network: name that too."
  }
}

variable "cidr" {
  description = "Range of the network that is made."
  type        = string
  default     = "10.40.0.0/16"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{1,3}([.][0-9]{1,3}){3}/(1[0-9]|2[0-8])$", var.cidr))
    error_message = "A range of IPv4 addresses of size /10 to /28, as in 10.40.0.0/16."
  }

  validation {
    condition     = try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)
    error_message = "A range begins at its own first address, as in 10.40.0.0/16."
  }
}

variable "dns_nameservers" {
  description = "Name servers of the network that is made. Default: the cloud's own."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.dns_nameservers : can(cidrhost("${address}/32", 0))])
    error_message = "A name server is given by its IPv4 address."
  }
}

variable "external_network" {
  description = "Network that floating addresses come from and that the router leads to, by name or id. Default: the cloud's only external one."
  type        = string
  default     = null

  validation {
    condition     = var.external_network == null || can(regex("^[^ \n][^\n]{0,254}$", var.external_network))
    error_message = "The name or the id of an external network: `openstack network list --external` lists them."
  }
}

variable "egress" {
  description = "How nodes without a public address reach the outside: `nat`, the router's address translation, or `none`."
  type        = string
  default     = "nat"
  nullable    = false

  validation {
    condition     = contains(["nat", "none"], var.egress)
    error_message = "Nodes without a public address reach the outside by `nat` or not at all: `none`."
  }
}

variable "public_ip_from" {
  description = "Where public addresses come from: `floating` addresses, or the `network` itself where its addresses are reachable from outside."
  type        = string
  default     = "floating"
  nullable    = false

  validation {
    condition     = contains(["floating", "network"], var.public_ip_from)
    error_message = "Public addresses are `floating`, or those of the existing `network`."
  }

  validation {
    condition     = var.public_ip_from != "network" || var.network != null
    error_message = "Only the addresses of an existing network may be public ones: name `network` too."
  }
}

# Machines

variable "flavors" {
  description = "The site's flavors that portable sizes are chosen from, by name: the smallest that fits is taken. Without any, a size asks the cloud for the one flavor with just that many processors and GiB."
  type = map(object({
    cpus      = number
    memory_gb = number
    gpus      = optional(number, 0)
    arch      = optional(string, "x86_64")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for flavor in values(var.flavors) : flavor.cpus > 0 && flavor.memory_gb > 0 && flavor.gpus >= 0])
    error_message = "A flavor has more than 0 cpus and memory_gb."
  }

  validation {
    condition     = alltrue([for flavor in values(var.flavors) : contains(["x86_64", "arm64"], flavor.arch)])
    error_message = "A flavor's arch is x86_64 or arm64."
  }
}

variable "site_images" {
  description = "What portable images are called at this site: portable name → name or id."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "login_user" {
  description = "Login user of images that are named by the cloud's own name or id."
  type        = string
  default     = null

  validation {
    condition     = var.login_user == null || can(regex("^[a-z_][a-z0-9_-]{0,31}$", var.login_user))
    error_message = "A plain login name, as in `cloud-user`."
  }
}

variable "zones" {
  description = "Availability zones that `zone: spread` deals nodes out over. Default: all there were when the first node was spread."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(distinct(var.zones)) == length(var.zones)
    error_message = "A zone is named twice."
  }
}

variable "placement_policy" {
  description = "How `placement` is meant: `soft`, as well as possible, or `strict`, else the machine is not made."
  type        = string
  default     = "soft"
  nullable    = false

  validation {
    condition     = contains(["soft", "strict"], var.placement_policy)
    error_message = "Placement is `soft` (as well as possible) or `strict`."
  }
}

variable "config_drive" {
  description = "Whether machines read their user data from a disk: for clouds without a metadata service. Default: the cloud's own way."
  type        = bool
  default     = null
}

variable "disk_type" {
  description = "Volume type of boot disks, for groups with `disk_gb`: those boot from a volume. An encrypted type encrypts them. Default: the cloud's."
  type        = string
  default     = null

  validation {
    condition     = var.disk_type == null || can(regex("^[^ \n][^\n]{0,254}$", var.disk_type))
    error_message = "The name of a volume type: `openstack volume type list` lists them."
  }
}

variable "volume_type" {
  description = "Volume type of extra volumes. An encrypted type encrypts them. Default: the cloud's."
  type        = string
  default     = null

  validation {
    condition     = var.volume_type == null || can(regex("^[^ \n][^\n]{0,254}$", var.volume_type))
    error_message = "The name of a volume type: `openstack volume type list` lists them."
  }
}

variable "volume_zone" {
  description = "Availability zone of volumes; `node` means that of their node. Default: the cloud's choice."
  type        = string
  default     = null

  validation {
    condition     = var.volume_zone == null || can(regex("^[^ :\n][^:\n]{0,254}$", var.volume_zone))
    error_message = "The name of a zone of the block storage, or `node`."
  }
}

variable "volume_bus" {
  description = "How machines see volumes, which decides their device path: `virtio`, or `scsi` for images with hw_disk_bus=scsi."
  type        = string
  default     = "virtio"
  nullable    = false

  validation {
    condition     = contains(["virtio", "scsi"], var.volume_bus)
    error_message = "A volume's bus is virtio or scsi."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "kept_volumes" {
  description = "Volumes with `on_destroy: keep` that an earlier cluster of this name left, by node and volume (`frontend001_home`): their ids. `up` adopts them; the provider can't look for them."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for id in values(var.kept_volumes) : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])
    error_message = "A volume's id is a UUID: `openstack volume list --property ectf-cluster=NAME` lists them."
  }

  validation {
    condition     = alltrue([for name in keys(var.kept_volumes) : can(regex("^[a-z][a-z0-9]*[0-9]{3}_[a-z][a-z0-9]*$", name))])
    error_message = "A kept volume is named by its node and its own name, as in frontend001_home."
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
  description = "Shared file systems of Manila, by name; what to mount is in the output `shared_fs`. They are destroyed with the cluster."
  type = map(object({
    size_gb       = number
    protocol      = optional(string, "NFS")
    type          = optional(string)
    share_network = optional(bool, true)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.shared_fs) : can(regex("^[a-z][a-z0-9-]{0,24}$", name))])
    error_message = "The name of a shared file system has up to 25 lower-case letters, digits and dashes."
  }

  validation {
    condition     = alltrue([for share in values(var.shared_fs) : share.size_gb >= 1 && contains(["NFS", "CIFS"], share.protocol)])
    error_message = "A shared file system has at least 1 GiB; its protocol is NFS or CIFS."
  }
}

variable "node_settings" {
  description = "Options of single nodes: volume types of their disks, security groups (ids) added to the cluster's own, and the login user of their image."
  type = map(object({
    disk_type          = optional(string)
    volume_type        = optional(string)
    security_group_ids = optional(list(string), [])
    login_user         = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for one in values(var.node_settings) : can(regex("^[^ \n][^\n]{0,254}$", coalesce(one.disk_type, "x")))])
    error_message = "The name of a volume type: `openstack volume type list` lists them."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : can(regex("^[^ \n][^\n]{0,254}$", coalesce(one.volume_type, "x")))])
    error_message = "The name of a volume type: `openstack volume type list` lists them."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : alltrue([for id in one.security_group_ids : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", id))])])
    error_message = "A security group is named by its id, a UUID: `openstack security group list` lists them."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : can(regex("^[a-z_][a-z0-9_-]{0,31}$", coalesce(one.login_user, "x")))])
    error_message = "A plain login name, as in `cloud-user`."
  }
}
