variable "bucket" {
  description = "Name of the bucket."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region of the bucket; else that of the environment."
  type        = string
  default     = null
}

variable "kms_key_id" {
  description = "Key that encrypts the states; else one of S3's own."
  type        = string
  default     = null
}
