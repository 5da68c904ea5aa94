# The interface of a cloud: the variables every cloud's module takes, the outputs it gives, and what it tells
# of each node. One file, linked into each cloud's folder.

# tflint-ignore: terraform_unused_declarations # not every cloud has a use for it
variable "cluster_name" {
  description = "Name of the cluster: a prefix of the names of all that is made, and the label it is found by."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$", var.cluster_name))
    error_message = "A cluster's name is 1 to 31 lower-case letters, digits and dashes, starts with a letter and ends with no dash."
  }
}

variable "nodes" {
  description = "The nodes of this cloud by name. The set of keys is that of the stamped blocks."
  type = map(object({
    group     = string
    index     = number
    type      = optional(string)
    cpus      = optional(number)
    memory_gb = optional(number)
    gpus      = optional(number, 0)
    arch      = optional(string, "x86_64")
    image     = string
    zone      = optional(string)
    placement = optional(string)
    disk_gb   = optional(number)
    public_ip = optional(bool, false)
    spot      = optional(bool, false)
    needs     = optional(list(string), [])
    labels    = optional(map(string), {})
    volumes = optional(map(object({
      size_gb    = number
      mount      = optional(string)
      on_destroy = optional(string, "delete")
    })), {})
  }))
  nullable = false
}

# tflint-ignore: terraform_unused_declarations # not every cloud has a use for it
variable "images" {
  description = "How to find portable images, by name: the `lookup` of the image in cloud.yaml. A node's image without an entry is the cloud's own id."
  type        = any
  default     = {}
  nullable    = false
}

# tflint-ignore: terraform_unused_declarations # not every cloud has a use for it
variable "host_keys" {
  description = "Public half of the SSH host key that a node's user data brings, by node name: passed on as the node's `host_key`."
  type        = map(string)
  default     = {}
  nullable    = false
}

# tflint-ignore: terraform_unused_declarations # not every cloud has a use for it
variable "user_data" {
  description = "cloud-init user data by node name; a node without an entry gets none. A change does not touch a living node."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "ssh_user" {
  description = "Login user by image name; an image without an entry uses the cloud's own knowledge."
  type        = map(string)
  default     = {}
  nullable    = false
}

# tflint-ignore: terraform_unused_declarations # not every cloud has a use for it
variable "ssh_public_key" {
  description = "Public key, in OpenSSH's one-line form, that may log in as the login user."
  type        = string
  default     = ""
  nullable    = false
}

# tflint-ignore: terraform_unused_declarations # not every cloud has a use for it
variable "ssh_allow_from" {
  description = "CIDR ranges that may reach SSH."
  type        = list(string)
  default     = []
  nullable    = false
}

# tflint-ignore: terraform_unused_declarations # not every cloud has a use for it
variable "ports" {
  description = "Ports the software listens on, by node group; `public` ones are opened beyond the cluster."
  type = map(list(object({
    port     = number
    to_port  = optional(number)
    protocol = optional(string, "tcp")
    public   = optional(bool, false)
  })))
  default  = {}
  nullable = false
}

# tflint-ignore: terraform_unused_declarations # not every cloud has a use for it
variable "labels" {
  description = "Labels (tags) put on everything that can carry them."
  type        = map(string)
  default     = {}
  nullable    = false
}

# Outputs every cloud gives, in its main.tf:
#
#   network = { id, cidr }                 null where the cloud makes none
#   bastion = node name or null            the node to jump through to those without a public address
#   shared_fs = {name = {                  only from clouds with a setting `shared_fs`
#     source  = string                     in the words of mount(8)
#     type    = string                     nfs, nfs4, lustre, …
#     options = string
#   }}
#
# What ectf is told of the nodes, in each cloud's main.tf. Nothing in it waits for a machine, so that one that fails
# hides no other; what only a made machine has is read from the state where `from` points.
#
#   resource "terraform_data" "nodes"
#     input = tomap({<name> = {             of any of these what the cloud knows
#       group       = string
#       address     = string                what other nodes use
#       private_ip  = string
#       public_ip   = string
#       ssh_host    = string                what ectf connects to; by default public_ip, else address
#       ssh_port    = number                by default 22
#       ssh_user    = string
#       instance_id = string                another machine has another
#       zone        = string
#       host_key    = string                "ssh-ed25519 AAAA…", when the cloud can tell it
#       volumes     = map(string)           volume name → device path or mount point; "" where a resource
#                                           "terraform_data" "<name>_<volume>" of node.tf.j2 has it as `input`
#       from        = map(string)           of the fields above those that are an attribute of a resource of the node's
#                                           name: "type.attribute", deeper ones "type.attribute.0.attribute"
#     }})
#
# A node is built when all that `from` points to is there, is not tainted, and tells address, ssh_user and instance_id.
