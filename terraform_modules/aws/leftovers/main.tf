terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25.0, < 7.0.0"
    }
  }
}

provider "aws" {
  region                      = var.settings.region
  profile                     = try(var.settings.profile, null)
  skip_credentials_validation = can(var.settings.endpoint)
  skip_metadata_api_check     = can(var.settings.endpoint)
  skip_region_validation      = can(var.settings.endpoint)
  skip_requesting_account_id  = can(var.settings.endpoint)

  dynamic "endpoints" {
    for_each = compact([try(var.settings.endpoint, null)])
    content {
      ec2 = endpoints.value
    }
  }
}

variable "cluster_name" {
  description = "Name of the cluster that is looked for."
  type        = string
}

variable "settings" {
  description = "The cloud's settings: region, profile, endpoint."
  type        = any
}

locals {
  tags = { ectf-cluster = var.cluster_name }
}

data "aws_instances" "found" {
  instance_tags        = local.tags
  instance_state_names = ["pending", "running", "stopping", "stopped"]
}

data "aws_ebs_volumes" "found" {
  tags = local.tags

  filter {
    name   = "status"
    values = ["creating", "available", "in-use", "error"]
  }
}

data "aws_ebs_volume" "found" {
  for_each = toset(data.aws_ebs_volumes.found.ids)

  filter {
    name   = "volume-id"
    values = [each.key]
  }
}

data "aws_nat_gateways" "found" {
  tags = local.tags

  filter {
    name   = "state"
    values = ["pending", "available", "failed"]
  }
}

data "aws_eips" "found" {
  tags = local.tags
}

data "aws_network_interfaces" "found" {
  tags = local.tags
}

data "aws_security_groups" "found" {
  tags = local.tags
}

data "aws_subnets" "found" {
  tags = local.tags
}

data "aws_vpcs" "found" {
  tags = local.tags
}

output "leftovers" {
  description = "All that carries the cluster's label and can be found by it. Login keys, placement groups and shared file systems can't."
  value = concat(
    [
      for id, volume in data.aws_ebs_volume.found : {
        type   = "aws_ebs_volume"
        id     = id
        name   = lookup(volume.tags, "Name", "")
        kept   = lookup(volume.tags, "ectf-keep", "") == "true"
        node   = lookup(volume.tags, "ectf-node", null)
        volume = lookup(volume.tags, "ectf-volume", null)
      }
    ],
    [
      for one in concat(
        [for id in data.aws_instances.found.ids : { type = "aws_instance", id = id }],
        [for id in data.aws_nat_gateways.found.ids : { type = "aws_nat_gateway", id = id }],
        [for id in data.aws_eips.found.allocation_ids : { type = "aws_eip", id = id }],
        [for id in data.aws_network_interfaces.found.ids : { type = "aws_network_interface", id = id }],
        [for id in data.aws_security_groups.found.ids : { type = "aws_security_group", id = id }],
        [for id in data.aws_subnets.found.ids : { type = "aws_subnet", id = id }],
        [for id in data.aws_vpcs.found.ids : { type = "aws_vpc", id = id }],
      ) : merge(one, { name = one.id, kept = false, node = null, volume = null })
    ],
  )
}
