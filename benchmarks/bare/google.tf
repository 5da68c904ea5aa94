# What an experienced person would write by hand for the benchmark's cluster. What stands between `# per node` and
# `# end` is written once per compute node.

terraform {
  required_version = ">= 1.11"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.45"
    }
  }
}

variable "ssh_public_key" {
  type = string
}

variable "user_data" {
  type = map(string)
}

variable "bootstrap" {
  type = map(string)
}

locals {
  first_boot = file("first-boot.sh")
}

provider "google" {
  project                         = "my-project-123"
  region                          = "europe-west3"
  add_terraform_attribution_label = false
}

resource "google_compute_network" "cluster" {
  name                    = "bench"
  description             = "Network of the cluster bench, made by ectf."
  auto_create_subnetworks = false
  mtu                     = 1460
}

resource "google_compute_subnetwork" "cluster" {
  name                     = "bench"
  description              = "Subnet of the cluster bench, made by ectf."
  network                  = google_compute_network.cluster.self_link
  region                   = "europe-west3"
  ip_cidr_range            = "10.90.0.0/20"
  private_ip_google_access = true
}

resource "google_compute_router" "cluster" {
  name    = "bench"
  network = google_compute_network.cluster.self_link
  region  = "europe-west3"
  project = "my-project-123"
}

resource "google_compute_router_nat" "cluster" {
  name                               = "bench"
  router                             = google_compute_router.cluster.name
  region                             = "europe-west3"
  project                            = "my-project-123"
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"

  subnetwork {
    name                    = google_compute_subnetwork.cluster.self_link
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }
}

resource "google_compute_firewall" "inside" {
  name        = "bench-inside"
  description = "Everything between nodes of the cluster bench."
  network     = google_compute_network.cluster.self_link
  project     = "my-project-123"
  source_tags = ["bench-r-all"]
  target_tags = ["bench-r-all"]

  allow {
    protocol = "all"
  }
}

resource "google_compute_firewall" "ssh" {
  name          = "bench-ssh-b991faee"
  description   = "SSH to the cluster bench from 198.51.100.0/24."
  network       = google_compute_network.cluster.self_link
  project       = "my-project-123"
  source_ranges = ["198.51.100.0/24"]
  target_tags   = ["bench-r-public"]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

data "google_compute_image" "debian" {
  project = "debian-cloud"
  family  = "debian-12"
}

resource "google_compute_address" "frontend001" {
  name         = "bench-frontend001"
  description  = "Private address of frontend001, for life."
  address_type = "INTERNAL"
  subnetwork   = google_compute_subnetwork.cluster.self_link
  region       = "europe-west3"
  labels       = { ectf-cluster = "bench", ectf-group = "frontend", ectf-node = "frontend001", managed-by = "ectf" }
}

resource "google_compute_address" "frontend001_public_ip" {
  name         = "bench-frontend001-public"
  description  = "Public address of frontend001."
  address_type = "EXTERNAL"
  network_tier = "PREMIUM"
  region       = "europe-west3"
  labels       = { ectf-cluster = "bench", ectf-group = "frontend", ectf-node = "frontend001", managed-by = "ectf" }
}

resource "google_compute_instance" "frontend001" {
  name                      = "bench-frontend001"
  description               = "Node frontend001 of the cluster bench."
  machine_type              = "e2-standard-2"
  zone                      = "europe-west3-a"
  tags                      = ["bench-r-all", "bench-g-frontend", "bench-r-public"]
  labels                    = { ectf-cluster = "bench", ectf-group = "frontend", ectf-node = "frontend001", managed-by = "ectf" }
  allow_stopping_for_update = true
  desired_status            = "RUNNING"

  metadata = {
    block-project-ssh-keys = "TRUE"
    enable-oslogin         = "FALSE"
    serial-port-enable     = "FALSE"
    ssh-keys               = "debian:${var.ssh_public_key}"
    user-data              = var.user_data["frontend001"]
    ectf-host-key          = var.bootstrap["frontend001"]
    startup-script         = local.first_boot
  }

  boot_disk {
    auto_delete = true

    initialize_params {
      image  = data.google_compute_image.debian.self_link
      type   = "pd-balanced"
      labels = { ectf-cluster = "bench", ectf-group = "frontend", ectf-node = "frontend001", managed-by = "ectf" }
    }
  }

  network_interface {
    subnetwork = google_compute_subnetwork.cluster.self_link
    network_ip = google_compute_address.frontend001.address

    access_config {
      nat_ip       = google_compute_address.frontend001_public_ip.address
      network_tier = "PREMIUM"
    }
  }

  scheduling {
    automatic_restart   = true
    on_host_maintenance = "MIGRATE"
    preemptible         = false
    provisioning_model  = "STANDARD"
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  lifecycle {
    ignore_changes = [attached_disk, boot_disk[0].initialize_params[0].image, metadata["ectf-host-key"], metadata["startup-script"], metadata["user-data"]]
  }
}

# per node
resource "google_compute_address" "NODE" {
  name         = "bench-NODE"
  description  = "Private address of NODE, for life."
  address_type = "INTERNAL"
  subnetwork   = google_compute_subnetwork.cluster.self_link
  region       = "europe-west3"
  labels       = { ectf-cluster = "bench", ectf-group = "compute", ectf-node = "NODE", managed-by = "ectf" }
}

resource "google_compute_instance" "NODE" {
  name                      = "bench-NODE"
  description               = "Node NODE of the cluster bench."
  machine_type              = "e2-standard-2"
  zone                      = "europe-west3-a"
  tags                      = ["bench-r-all", "bench-g-compute"]
  labels                    = { ectf-cluster = "bench", ectf-group = "compute", ectf-node = "NODE", managed-by = "ectf" }
  allow_stopping_for_update = true
  desired_status            = "RUNNING"

  metadata = {
    block-project-ssh-keys = "TRUE"
    enable-oslogin         = "FALSE"
    serial-port-enable     = "FALSE"
    ssh-keys               = "debian:${var.ssh_public_key}"
    user-data              = var.user_data["NODE"]
    ectf-host-key          = var.bootstrap["NODE"]
    startup-script         = local.first_boot
  }

  boot_disk {
    auto_delete = true

    initialize_params {
      image  = data.google_compute_image.debian.self_link
      type   = "pd-balanced"
      labels = { ectf-cluster = "bench", ectf-group = "compute", ectf-node = "NODE", managed-by = "ectf" }
    }
  }

  network_interface {
    subnetwork = google_compute_subnetwork.cluster.self_link
    network_ip = google_compute_address.NODE.address
  }

  scheduling {
    automatic_restart   = true
    on_host_maintenance = "MIGRATE"
    preemptible         = false
    provisioning_model  = "STANDARD"
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  lifecycle {
    ignore_changes = [attached_disk, boot_disk[0].initialize_params[0].image, metadata["ectf-host-key"], metadata["startup-script"], metadata["user-data"]]
  }
}
# end

output "nodes" {
  value = {
    frontend001 = { address = google_compute_address.frontend001.address, public = google_compute_address.frontend001_public_ip.address, id = google_compute_instance.frontend001.instance_id }
    # per node
    NODE = { address = google_compute_address.NODE.address, public = null, id = google_compute_instance.NODE.instance_id }
    # end
  }
}
