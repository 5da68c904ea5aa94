variable "bucket" {
  description = "Name of the bucket."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Where the bucket is, such as EUROPE-WEST6; no setting of the backend."
  type        = string
  default     = "EU"
  nullable    = false
}

variable "kms_encryption_key" {
  description = "Key that encrypts the states; else one of Google's own."
  type        = string
  default     = null
}
