variable "resource_group_name" {
  description = "Resource group that is made for the storage account."
  type        = string
  nullable    = false
}

variable "storage_account_name" {
  description = "Name of the storage account."
  type        = string
  nullable    = false
}

variable "container_name" {
  description = "Name of the container."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Where the account is; no setting of the backend."
  type        = string
  default     = "westeurope"
  nullable    = false
}

variable "subscription_id" {
  description = "Subscription; else that of the environment."
  type        = string
  default     = null
}
