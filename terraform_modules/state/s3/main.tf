# The bucket that keeps the state. New buckets let nobody in from outside by themselves (AWS, since April 2023).
# Backend and lock are one: `use_lockfile: true` keeps the lock as an object beside the state.

resource "aws_s3_bucket" "state" {
  bucket = var.bucket

  # Older states can be brought back.
  versioning {
    enabled = true
  }

  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm     = var.kms_key_id == null ? "AES256" : "aws:kms"
        kms_master_key_id = var.kms_key_id
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}
