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
    ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFuuOqcNLqsdoM/Ng/4ODcJtCh3I5Tvr/6d9K2ZE/YdT test"
    ssh_allow_from = ["198.51.100.0/24"]
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
    condition     = keys(aws_vpc_security_group_ingress_rule.ssh) == ["198.51.100.0/24"] && length(aws_vpc_security_group_ingress_rule.public) == 0
    error_message = "Something is open that nobody asked for."
  }
  assert {
    condition     = contains(aws_network_interface.frontend001.security_groups, aws_security_group.ssh.id)
    error_message = "Nobody can reach a cluster without a public address."
  }
  assert {
    condition     = length(aws_vpc_security_group_egress_rule.inside) == 0
    error_message = "A rule was made for EFA that no node has."
  }
  assert {
    condition     = keys(terraform_data.image) == ["frontend"]
    error_message = "A group of 0 nodes has nothing."
  }
}

run "efa_may_go_out_to_the_nodes" {
  module {
    source = "./private/modules/aws"
  }
  variables {
    cluster_name  = "demo"
    region        = "eu-central-1"
    network       = "vpc-0a1b2c3d"
    subnets       = ["subnet-0a1b2c3d"]
    nodes         = jsondecode(file("./private/terraform.tfvars.json")).nodes.aws
    images        = jsondecode(file("./private/terraform.tfvars.json")).images.aws
    node_settings = { frontend001 = { efa = true } }
  }
  assert {
    condition = (
      aws_network_interface.frontend001.interface_type == "efa"
      && aws_vpc_security_group_egress_rule.inside[0].security_group_id == aws_security_group.nodes.id
      && aws_vpc_security_group_egress_rule.inside[0].referenced_security_group_id == aws_security_group.nodes.id
      && aws_vpc_security_group_egress_rule.inside[0].ip_protocol == "-1"
    )
    error_message = "EFA's traffic goes to no range, so the group has to be named."
  }
}
