# private.yaml: in an existing network, no public address anywhere, a group of 0 nodes.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "an_existing_network_is_used" {
  module {
    source = "./private/modules/aws"
  }
  variables {
    cluster_name   = "demo"
    region         = "eu-central-1"
    network        = "vpc-0a1b2c3d"
    subnets        = ["subnet-0a1b2c3d"]
    nodes          = jsondecode(file("./private/terraform.tfvars.json")).nodes.aws
    images         = jsondecode(file("./private/terraform.tfvars.json")).images.aws
    ssh_public_key = "ssh-ed25519 AAAA test"
  }
  assert {
    condition     = length(aws_vpc.cluster) + length(aws_subnet.private) + length(aws_subnet.public) + length(aws_nat_gateway.cluster) == 0
    error_message = "A network was made though one is named."
  }
  assert {
    condition     = aws_network_interface.frontend001.subnet_id == "subnet-0a1b2c3d" && output.node_frontend001.zone == "eu-central-1b"
    error_message = "The node is not in the subnet that is named."
  }
  assert {
    condition     = output.bastion == null && output.node_frontend001.public_ip == null
    error_message = "There is a public address that nobody asked for."
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.ssh) + length(aws_vpc_security_group_ingress_rule.public) == 0
    error_message = "Something is open that nobody asked for."
  }
  assert {
    condition     = keys(terraform_data.image) == ["frontend"]
    error_message = "A group of 0 nodes has nothing."
  }
}
