variable "region" {
  description = "Where: another region is another cluster."
  type        = string
  default     = "north"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+$", var.region))
    error_message = "A region is a word."
  }
}

variable "tier" {
  description = "How good it is."
  type        = string
  default     = "silver"
  nullable    = false

  validation {
    condition     = contains(["gold", "silver"], var.tier)
    error_message = "A tier is gold or silver."
  }
}

variable "note" {
  description = "A text that arrives in the state as it stands."
  type        = any
  default     = null
}

variable "fails" {
  description = "Nodes that can't be made."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "jump" {
  description = "The node to jump through."
  type        = string
  default     = null

  # Not among the conditions that ectf understands: Terraform judges it.
  validation {
    condition     = var.jump == null ? true : upper(var.jump) != "NOBODY"
    error_message = "Somebody is wanted."
  }
}

variable "node_settings" {
  description = "A cloud's own options per node."
  type = map(object({
    note  = optional(string)
    ports = optional(list(number), [])
  }))
  default  = {}
  nullable = false
}

variable "found" {
  description = "What leftovers/ finds."
  type        = any
  default     = []
}
