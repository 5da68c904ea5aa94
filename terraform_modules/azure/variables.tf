# Where the cloud is. Who asks comes from the environment (ARM_*) or from `az login`, never from here.

variable "location" {
  description = "Region, as in westeurope, usgovvirginia or chinanorth3: `az account list-locations` lists them."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+[a-z0-9]*$", var.location))
    error_message = "A region is written as in westeurope: lower-case letters and digits, without spaces or dashes."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "subscription_id" {
  description = "Subscription that pays. Default: ARM_SUBSCRIPTION_ID."
  type        = string
  default     = null

  validation {
    condition     = var.subscription_id == null || can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.subscription_id))
    error_message = "A subscription is named by its id, as `az account show --query id` tells it."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "environment" {
  description = "Azure cloud: public, usgovernment or china. Default: ARM_ENVIRONMENT, else public."
  type        = string
  default     = null

  validation {
    condition     = var.environment == null || can(regex("^(public|usgovernment|china)$", var.environment))
    error_message = "An environment is public, usgovernment or china."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "metadata_host" {
  description = "Host that tells the endpoints of an Azure cloud of its own, as in management.example.org. Default: ARM_METADATA_HOSTNAME."
  type        = string
  default     = null

  validation {
    condition     = var.metadata_host == null || can(regex("^[A-Za-z0-9.-]+(:[0-9]+)?$", var.metadata_host))
    error_message = "A host name, without https:// and without a path."
  }
}

# tflint-ignore: terraform_unused_declarations # the provider block of the root reads it
variable "resource_provider_registrations" {
  description = "Which resource providers Terraform registers in the subscription: none, core, extended, all or legacy. Default: the provider's own. `none` needs no permission for it."
  type        = string
  default     = null

  validation {
    condition     = var.resource_provider_registrations == null || can(regex("^(none|core|extended|all|legacy)$", var.resource_provider_registrations))
    error_message = "One of none, core, extended, all and legacy."
  }
}

variable "resource_group" {
  description = "Existing resource group to build in. Default: one is made, named as the cluster."
  type        = string
  default     = null

  validation {
    condition     = var.resource_group == null || can(regex("^[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]$", var.resource_group))
    error_message = "A resource group's name has up to 90 letters, digits and . _ ( ) - and ends without a period."
  }
}

variable "network" {
  description = "Existing virtual network, by name, together with `subnet`. Default: one is made."
  type        = string
  default     = null

  validation {
    condition     = var.network == null || can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}[A-Za-z0-9_]$", var.network))
    error_message = "A network is named, as in hub-vnet: 2 to 64 letters, digits and . _ - (no path, no CIDR)."
  }

  validation {
    condition     = (var.network == null) == (var.subnet == null)
    error_message = "`network` and `subnet` go together: an existing network is used with one of its subnets."
  }
}

variable "subnet" {
  description = "Existing subnet of `network` that the nodes are put in."
  type        = string
  default     = null

  validation {
    condition     = var.subnet == null || can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$", var.subnet))
    error_message = "A subnet is named, as in compute: up to 80 letters, digits and . _ - (no path, no CIDR)."
  }
}

variable "network_resource_group" {
  description = "Resource group of `network`. Default: `resource_group`."
  type        = string
  default     = null

  validation {
    condition     = var.network_resource_group == null || can(regex("^[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]$", var.network_resource_group))
    error_message = "A resource group's name has up to 90 letters, digits and . _ ( ) - and ends without a period."
  }

  validation {
    condition     = var.network == null || var.network_resource_group != null || var.resource_group != null
    error_message = "Where is `network`? Give `network_resource_group`."
  }
}

variable "network_cidr" {
  description = "Range of the network that is made; its first half is the nodes' subnet."
  type        = string
  default     = "10.80.0.0/16"
  nullable    = false

  validation {
    condition     = can(regex("^(10|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168|100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7]))(\\.[0-9]{1,3}){1,3}/([89]|1[0-9]|2[0-8])$", var.network_cidr))
    error_message = "A private IPv4 range from /8 to /28, as in 10.80.0.0/16."
  }

  validation {
    condition     = try(cidrsubnet(var.network_cidr, 0, 0) == var.network_cidr, false)
    error_message = "A range begins at its own first address, as in 10.80.0.0/16."
  }
}

variable "egress" {
  description = "How nodes without a public address reach the world: `nat` makes a NAT gateway, `none` nothing. Default: `nat` when the network is made here and some node has no public address."
  type        = string
  default     = null

  validation {
    condition     = var.egress == null || can(regex("^(nat|none)$", var.egress))
    error_message = "Egress is nat or none."
  }

  validation {
    condition     = var.egress != "nat" || var.network == null
    error_message = "An existing network has its own way out; `egress: nat` is for a network that is made here."
  }
}

variable "zones" {
  description = "Availability zones that `zone: spread` deals nodes out over."
  type        = list(string)
  default     = ["1", "2", "3"]
  nullable    = false

  validation {
    condition     = length(var.zones) > 0 && alltrue([for zone in var.zones : contains(["1", "2", "3"], zone)])
    error_message = "Zones are \"1\", \"2\" and \"3\"."
  }

  validation {
    condition     = length(distinct(var.zones)) == length(var.zones)
    error_message = "A zone is named twice."
  }
}

variable "disk_type" {
  description = "Type of boot disks: Standard_LRS, StandardSSD_LRS, Premium_LRS, StandardSSD_ZRS or Premium_ZRS."
  type        = string
  default     = "StandardSSD_LRS"
  nullable    = false

  validation {
    condition     = contains(["Standard_LRS", "StandardSSD_LRS", "Premium_LRS", "StandardSSD_ZRS", "Premium_ZRS"], var.disk_type)
    error_message = "One of Standard_LRS, StandardSSD_LRS, Premium_LRS, StandardSSD_ZRS and Premium_ZRS."
  }
}

variable "volume_type" {
  description = "Type of extra volumes: as `disk_type`, and PremiumV2_LRS, which wants nodes in a zone."
  type        = string
  default     = "StandardSSD_LRS"
  nullable    = false

  validation {
    condition     = contains(["Standard_LRS", "StandardSSD_LRS", "Premium_LRS", "StandardSSD_ZRS", "Premium_ZRS", "PremiumV2_LRS"], var.volume_type)
    error_message = "One of Standard_LRS, StandardSSD_LRS, Premium_LRS, StandardSSD_ZRS, Premium_ZRS and PremiumV2_LRS."
  }
}

variable "disk_encryption_set_id" {
  description = "Disk encryption set for all disks. Default: they are encrypted with keys that Azure keeps."
  type        = string
  default     = null

  validation {
    condition     = var.disk_encryption_set_id == null || can(regex("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.Compute/diskEncryptionSets/[^/]+$", var.disk_encryption_set_id))
    error_message = "An id as in /subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/diskEncryptionSets/…"
  }
}

variable "encryption_at_host" {
  description = "Encrypt caches and temporary disks on the host, too. The subscription needs the feature Microsoft.Compute/EncryptionAtHost."
  type        = bool
  default     = false
  nullable    = false
}

variable "allow_extensions" {
  description = "Let Azure's VM extensions (monitoring, drivers, password reset) act inside the nodes."
  type        = bool
  default     = false
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
  description = "Shared file systems by name, each an NFS share of Azure Files with its size in GiB. They go with the cluster."
  type = map(object({
    size_gb = number
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name, one in var.shared_fs : can(regex("^[a-z][a-z0-9-]{2,62}$", name)) && one.size_gb >= 100])
    error_message = "A share has a name of 3 to 63 lower-case letters, digits and dashes, and at least 100 GiB."
  }
}

variable "node_settings" {
  description = "Options of single nodes that only Azure has."
  type = map(object({
    disk_type              = optional(string)
    spot_max_price         = optional(number)
    identities             = optional(list(string), [])
    trusted_launch         = optional(bool)
    accelerated_networking = optional(bool)
    purchase_plan          = optional(bool, false)
    luns                   = optional(map(number), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for one in values(var.node_settings) : one.spot_max_price == null ? true : one.spot_max_price > 0])
    error_message = "A price is more than 0 US dollars an hour; leave `spot_max_price` out to pay up to the full price."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : contains(["Standard_LRS", "StandardSSD_LRS", "Premium_LRS", "StandardSSD_ZRS", "Premium_ZRS"], coalesce(one.disk_type, var.disk_type))])
    error_message = "One of Standard_LRS, StandardSSD_LRS, Premium_LRS, StandardSSD_ZRS and Premium_ZRS."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : alltrue([for id in one.identities : can(regex("^/subscriptions/[^/]+/resource[gG]roups/[^/]+/providers/Microsoft.ManagedIdentity/userAssignedIdentities/[^/]+$", id))])])
    error_message = "An identity is named by its id, as in /subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/…"
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : alltrue([for lun in values(one.luns) : lun >= 0 && lun <= 63 && floor(lun) == lun])])
    error_message = "A LUN is a whole number from 0 to 63."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : length(distinct(values(one.luns))) == length(one.luns)])
    error_message = "Two volumes have one LUN."
  }
}
