# What somebody would write by hand for so many machines, and no more: once above the line, per node below.

terraform {
  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

provider "google" {
  project = "my-project-123"
  region  = "europe-west3"
}

resource "google_compute_network" "cluster" {
  name                    = "bench"
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "cluster" {
  name          = "bench"
  network       = google_compute_network.cluster.self_link
  ip_cidr_range = "10.60.0.0/16"
}
# ---
resource "google_compute_address" "NODE" {
  name         = "bench-NODE"
  address_type = "INTERNAL"
  subnetwork   = google_compute_subnetwork.cluster.self_link
}

resource "google_compute_instance" "NODE" {
  name         = "bench-NODE"
  machine_type = "e2-standard-2"
  zone         = "europe-west3-a"

  boot_disk {
    initialize_params {
      image = "debian-cloud/debian-12"
    }
  }

  network_interface {
    subnetwork = google_compute_subnetwork.cluster.self_link
    network_ip = google_compute_address.NODE.address
  }
}

output "NODE" {
  value = {
    address = google_compute_address.NODE.address
    id      = google_compute_instance.NODE.instance_id
  }
}
