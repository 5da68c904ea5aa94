# Written by ectf from the cluster file: structure only; every value stands in *.tfvars.json.
# `terraform plan` works here by hand, but the next ectf run writes this file again.

terraform {
  required_version = ">= 1.11"
  required_providers {
    podman = {
      source  = "ectf.local/ectf/podman"
      version = "0.1.0"
    }
  }
  backend "local" {
    path = "keep/terraform.tfstate"
  }
}

variable "cluster" {
  description = "What the state remembers: the cluster's name and the clouds it was built in."
  type        = any
}

variable "cluster_name" {
  description = "Name of the cluster."
  type        = string
}

variable "nodes" {
  description = "Nodes by cloud and name."
  type        = any
}

# tflint-ignore: terraform_unused_declarations # not every cloud has settings per node
variable "node_settings" {
  description = "A cloud's own options per node, by cloud and node."
  type        = any
}

# tflint-ignore: terraform_unused_declarations # not every provider asks for one
variable "settings" {
  description = "A cloud's own settings, by cloud."
  type        = any
}

variable "images" {
  description = "How each cloud finds portable images, by cloud and image."
  type        = any
}

variable "ports" {
  description = "Ports the software listens on, by group."
  type        = any
}

variable "labels" {
  description = "Labels of everything."
  type        = map(string)
}

variable "ssh_user" {
  description = "Login user by cloud and image."
  type        = any
}

variable "ssh_public_key" {
  description = "Key that may log in; ectf writes it to ectf.auto.tfvars.json."
  type        = string
  default     = ""
}

variable "user_data" {
  description = "cloud-init user data of new nodes; ectf writes it to ectf.auto.tfvars.json."
  type        = map(string)
  default     = {}
}

variable "host_keys" {
  description = "Public half of each node's first SSH host key; ectf writes it to ectf.auto.tfvars.json."
  type        = map(string)
  default     = {}
}

variable "configured" {
  description = "What every host was configured from; ectf writes it to ectf.auto.tfvars.json."
  type        = any
  default     = {}
}

variable "ssh_allow_from" {
  description = "CIDR ranges that may reach SSH."
  type        = list(string)
}

resource "terraform_data" "cluster" {
  input = var.cluster
}

resource "terraform_data" "configured" {
  input = var.configured
}

output "ssh_public_key" {
  value = var.ssh_public_key
}

provider "podman" {
}

module "local" {
  source = "./modules/local"

  cluster_name   = var.cluster_name
  nodes          = var.nodes["local"]
  node_settings  = var.node_settings["local"]
  images         = var.images["local"]
  user_data      = var.user_data
  host_keys      = var.host_keys
  labels         = var.labels
  ports          = var.ports
  ssh_user       = var.ssh_user["local"]
  ssh_public_key = var.ssh_public_key
  ssh_allow_from = var.ssh_allow_from

  registry = var.settings["local"]["registry"]
}

output "network_local" {
  value = module.local.network
}

output "bastion_local" {
  value = module.local.bastion
}
