# whole.yaml, then the same without compute002, on one state.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  cluster_name   = "demo"
  region         = "eu-central-1"
  ssh_allow_from = ["198.51.100.0/24"]
  ssh_public_key = "ssh-ed25519 AAAA test"
  whole          = jsondecode(file("./whole/terraform.tfvars.json"))
  nodes          = var.whole.nodes.aws
}

run "every_node_is_reported" {
  state_key = "cluster"
  module {
    source = "./whole/modules/aws"
  }
  assert {
    condition     = output.node_compute003.instance_id == aws_instance.compute003.id && output.node_frontend001.public_ip != null
    error_message = "A node is not reported."
  }
}
