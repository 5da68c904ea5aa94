# The module alone. `without_compute002` and `images` are other renderings of the same cluster.

mock_provider "google" {
  mock_data "google_compute_zones" {
    defaults = { names = ["europe-west3-a", "europe-west3-b", "europe-west3-c"] }
  }
}

variables {
  cluster_name   = "demo"
  project        = "my-project"
  region         = "europe-west3"
  labels         = { ectf-cluster = "demo", managed-by = "ectf" }
  ssh_user       = { "debian-12" = "debian", "ubuntu-24.04" = "ubuntu" }
  ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFuuOqcNLqsdoM/Ng/4ODcJtCh3I5Tvr/6d9K2ZE/YdT test"
  ssh_allow_from = ["198.51.100.0/24"]
  images         = jsondecode(file("images/terraform.tfvars.json")).images.google
  nodes          = jsondecode(file("terraform.tfvars.json")).nodes.google
}

run "made" {
  state_key = "demo"
  module {
    source = "./modules/google"
  }

  assert {
    condition     = [for node in [output.node_frontend001, output.node_compute001, output.node_compute002, output.node_compute003] : node.group] == ["frontend", "compute", "compute", "compute"]
    error_message = "Each node is reported."
  }
  assert {
    condition     = output.node_frontend001.ssh_host == output.node_frontend001.public_ip
    error_message = "The node with a public address is reached by it."
  }
  assert {
    condition     = output.node_compute001.public_ip == null && output.node_compute001.ssh_host == output.node_compute001.private_ip
    error_message = "A node without a public address is reached by its private one."
  }
  assert {
    condition     = google_compute_instance.compute001.labels["ectf-node"] == "compute001" && google_compute_instance.compute001.metadata["ssh-keys"] == "debian:ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFuuOqcNLqsdoM/Ng/4ODcJtCh3I5Tvr/6d9K2ZE/YdT test"
    error_message = "A machine bears its node's name and lets the key's owner in."
  }
  assert {
    condition     = length(google_compute_instance.compute001.network_interface[0].access_config) == 0 && length(google_compute_instance.frontend001.network_interface[0].access_config) == 1
    error_message = "Only groups with `public_ip` have public addresses."
  }
  assert {
    condition     = length(google_compute_router_nat.cluster) == 1
    error_message = "Private nodes get out by NAT."
  }
}

run "one_node_removed_touches_no_other" {
  state_key = "demo"
  module {
    source = "./without_compute002/modules/google"
  }
  variables {
    nodes = jsondecode(file("without_compute002/terraform.tfvars.json")).nodes.google
  }

  assert {
    condition     = output.node_compute001 == run.made.node_compute001 && output.node_compute003 == run.made.node_compute003
    error_message = "The others stay the machines they are."
  }
}

run "a_label_is_changed_in_place" {
  state_key = "demo"
  module {
    source = "./without_compute002/modules/google"
  }
  variables {
    nodes = { for name, node in jsondecode(file("without_compute002/terraform.tfvars.json")).nodes.google : name => merge(node, { labels = { owner = "ops" } }) }
  }

  assert {
    condition     = google_compute_instance.compute001.labels["owner"] == "ops" && output.node_compute001 == run.made.node_compute001
    error_message = "The machine stays and bears the label."
  }
}

run "another_type_is_the_same_machine" {
  state_key = "demo"
  module {
    source = "./without_compute002/modules/google"
  }
  variables {
    nodes = { for name, node in jsondecode(file("without_compute002/terraform.tfvars.json")).nodes.google : name => merge(node, { type = "e2-standard-8" }) }
  }

  assert {
    condition     = google_compute_instance.compute001.machine_type == "e2-standard-8" && output.node_compute001 == run.made.node_compute001
    error_message = "The machine is stopped, changed and started."
  }
}

run "a_kept_volume_survives_its_machine" {
  command   = plan
  state_key = "demo"
  module {
    source = "./without_compute002/modules/google"
  }
  variables {
    nodes = { for name, node in jsondecode(file("without_compute002/terraform.tfvars.json")).nodes.google : name => merge(node, { image = "ubuntu-24.04" }) }
  }

  assert {
    condition     = google_compute_disk.frontend001_home.disk_id != "" && google_compute_disk.frontend001_home.deletion_policy == "ABANDON"
    error_message = "The volume is known before the change: it is the one that was."
  }
}

run "another_image_is_another_machine_at_the_same_address" {
  state_key = "demo"
  module {
    source = "./without_compute002/modules/google"
  }
  variables {
    nodes = { for name, node in jsondecode(file("without_compute002/terraform.tfvars.json")).nodes.google : name => merge(node, { image = "ubuntu-24.04" }) }
  }

  assert {
    condition     = output.node_frontend001.instance_id != run.made.node_frontend001.instance_id && output.node_frontend001.address == run.made.node_frontend001.address
    error_message = "The machine is made anew, the address stays."
  }
}

run "spot" {
  command = plan
  module {
    source = "./modules/google"
  }
  variables {
    nodes = { for name, node in jsondecode(file("terraform.tfvars.json")).nodes.google : name => merge(node, { spot = node.group == "compute" }) }
  }

  assert {
    condition     = google_compute_instance.compute001.scheduling[0].provisioning_model == "SPOT" && !google_compute_instance.compute001.scheduling[0].automatic_restart && google_compute_instance.frontend001.scheduling[0].provisioning_model == "STANDARD"
    error_message = "Only the group that asks is spot."
  }
}

run "existing_network" {
  command = plan
  module {
    source = "./modules/google"
  }
  variables {
    network = "default"
  }

  assert {
    condition     = length(google_compute_network.cluster) + length(google_compute_subnetwork.cluster) + length(google_compute_router_nat.cluster) == 0 && data.google_compute_subnetwork.existing[0].name == "default"
    error_message = "The named network is used as it is."
  }
}

run "no_public_ip_anywhere" {
  command = plan
  module {
    source = "./modules/google"
  }
  variables {
    nodes = { for name, node in jsondecode(file("terraform.tfvars.json")).nodes.google : name => merge(node, { public_ip = false }) }
  }

  assert {
    condition     = output.bastion == null
    error_message = "No address is made and none is the way in."
  }
  assert {
    condition     = google_compute_firewall.ssh["198.51.100.0/24"].target_tags == toset(["demo-r-all"])
    error_message = "SSH comes to private addresses."
  }
}

run "two_images_and_an_empty_group" {
  command = plan
  module {
    source = "./images/modules/google"
  }
  variables {
    nodes = jsondecode(file("images/terraform.tfvars.json")).nodes.google
  }

  assert {
    condition     = keys(terraform_data.image) == ["compute", "frontend"] && keys(data.google_compute_image.portable) == ["debian-12/x86_64", "ubuntu-24.04/x86_64"]
    error_message = "Each group has its image; a group of 0 nodes needs none."
  }
}

run "only_public_ports_are_open" {
  command = plan
  module {
    source = "./modules/google"
  }
  variables {
    ports = { frontend = [{ port = 443, public = true }, { port = 6817 }], elsewhere = [{ port = 80, public = true }] }
  }

  assert {
    condition     = keys(google_compute_firewall.public) == ["frontend-tcp-443"] && google_compute_firewall.public["frontend-tcp-443"].target_tags == toset(["demo-g-frontend"])
    error_message = "A public port is open on its group's nodes, and nothing else is."
  }
}

run "together_needs_one_zone" {
  command = plan
  module {
    source = "./modules/google"
  }
  variables {
    nodes = { for name, node in jsondecode(file("terraform.tfvars.json")).nodes.google : name => merge(node, { placement = "together", zone = "spread" }) }
  }

  expect_failures = [terraform_data.image]
}
