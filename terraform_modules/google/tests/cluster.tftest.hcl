# The cluster as rendered: terraform.tfvars.json beside it holds its values.

mock_provider "google" {
  mock_data "google_compute_zones" {
    defaults = { names = ["europe-west3-a", "europe-west3-b", "europe-west3-c"] }
  }
}

run "every_node_is_reported" {
  assert {
    condition     = [for node in [output.node_frontend001, output.node_compute001, output.node_compute002, output.node_compute003] : node.group] == ["frontend", "compute", "compute", "compute"]
    error_message = "Each node has an output of its own."
  }
  assert {
    condition     = output.bastion_google == "frontend001" && output.node_frontend001.ssh_host == output.node_frontend001.public_ip
    error_message = "The node with a public address is reached by it, and is the way to the others."
  }
  assert {
    condition     = output.node_compute001.public_ip == null && output.node_compute001.ssh_host == output.node_compute001.private_ip
    error_message = "A node without a public address is reached by its private one."
  }
}
