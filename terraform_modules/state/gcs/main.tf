# The bucket that keeps the state. Google encrypts what it stores by itself; the backend's lock is an object.

resource "google_storage_bucket" "state" {
  name                        = var.bucket
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  # Older states can be brought back.
  versioning {
    enabled = true
  }

  dynamic "encryption" {
    for_each = var.kms_encryption_key[*]
    content {
      default_kms_key_name = encryption.value
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}
