# What an experienced person would write by hand for the benchmark's cluster. What stands between `# per node` and
# `# end` is written once per compute node.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
  }
}

variable "ssh_public_key" {
  type = string
}

variable "user_data" {
  type = map(string)
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_vpc" "cluster" {
  cidr_block           = "10.70.0.0/16"
  enable_dns_hostnames = true
  enable_dns_support   = true
  tags                 = { Name = "bench", ectf-cluster = "bench", managed-by = "ectf" }
}

resource "aws_internet_gateway" "cluster" {
  vpc_id = aws_vpc.cluster.id
  tags   = { Name = "bench", ectf-cluster = "bench", managed-by = "ectf" }
}

resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.cluster.id
  availability_zone = "eu-central-1a"
  cidr_block        = "10.70.0.0/20"
  tags              = { Name = "bench-public-eu-central-1a", ectf-cluster = "bench", managed-by = "ectf" }
}

resource "aws_subnet" "private" {
  vpc_id            = aws_vpc.cluster.id
  availability_zone = "eu-central-1a"
  cidr_block        = "10.70.128.0/20"
  tags              = { Name = "bench-private-eu-central-1a", ectf-cluster = "bench", managed-by = "ectf" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.cluster.id
  tags   = { Name = "bench-public", ectf-cluster = "bench", managed-by = "ectf" }
}

resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.cluster.id
}

resource "aws_route_table_association" "public" {
  route_table_id = aws_route.public.route_table_id
  subnet_id      = aws_subnet.public.id
}

resource "aws_eip" "nat" {
  domain     = "vpc"
  tags       = { Name = "bench-nat", ectf-cluster = "bench", managed-by = "ectf" }
  depends_on = [aws_internet_gateway.cluster]
}

resource "aws_nat_gateway" "cluster" {
  allocation_id = aws_eip.nat.allocation_id
  subnet_id     = aws_subnet.public.id
  tags          = { Name = "bench", ectf-cluster = "bench", managed-by = "ectf" }
  depends_on    = [aws_internet_gateway.cluster]
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.cluster.id
  tags   = { Name = "bench-private", ectf-cluster = "bench", managed-by = "ectf" }
}

resource "aws_route" "nat" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.cluster.id
}

resource "aws_route_table_association" "private" {
  route_table_id = aws_route.nat.route_table_id
  subnet_id      = aws_subnet.private.id
}

resource "aws_security_group" "nodes" {
  name        = "bench-nodes"
  description = "All nodes of the cluster bench"
  vpc_id      = aws_vpc.cluster.id
  tags        = { Name = "bench-nodes", ectf-cluster = "bench", managed-by = "ectf" }
}

resource "aws_vpc_security_group_ingress_rule" "inside" {
  security_group_id            = aws_security_group.nodes.id
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "-1"
  description                  = "Between nodes"
  tags                         = { ectf-cluster = "bench", managed-by = "ectf" }
}

resource "aws_vpc_security_group_egress_rule" "out" {
  security_group_id = aws_security_group.nodes.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
  description       = "Out"
  tags              = { ectf-cluster = "bench", managed-by = "ectf" }
}

resource "aws_security_group" "ssh" {
  name        = "bench-ssh"
  description = "SSH to the cluster bench"
  vpc_id      = aws_vpc.cluster.id
  tags        = { Name = "bench-ssh", ectf-cluster = "bench", managed-by = "ectf" }
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id = aws_security_group.ssh.id
  cidr_ipv4         = "198.51.100.0/24"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  description       = "SSH"
  tags              = { ectf-cluster = "bench", managed-by = "ectf" }
}

resource "aws_key_pair" "login" {
  key_name   = "bench-login"
  public_key = var.ssh_public_key
  tags       = { ectf-cluster = "bench", managed-by = "ectf" }
}

data "aws_ami" "debian" {
  owners             = ["136693071363"]
  most_recent        = true
  include_deprecated = true

  filter {
    name   = "name"
    values = ["debian-12-amd64-*"]
  }
  filter {
    name   = "architecture"
    values = ["x86_64"]
  }
  filter {
    name   = "state"
    values = ["available"]
  }
}

resource "aws_network_interface" "frontend001" {
  subnet_id       = aws_route_table_association.public.subnet_id
  security_groups = [aws_security_group.nodes.id, aws_security_group.ssh.id]
  tags            = { Name = "bench-frontend001", ectf-cluster = "bench", ectf-group = "frontend", ectf-node = "frontend001", managed-by = "ectf" }
}

resource "aws_eip" "frontend001" {
  domain            = "vpc"
  network_interface = aws_network_interface.frontend001.id
  tags              = { Name = "bench-frontend001", ectf-cluster = "bench", ectf-group = "frontend", ectf-node = "frontend001", managed-by = "ectf" }
}

resource "aws_instance" "frontend001" {
  ami           = data.aws_ami.debian.id
  instance_type = "c7i.large"
  key_name      = aws_key_pair.login.key_name
  user_data     = var.user_data["frontend001"]
  tags          = { Name = "bench-frontend001", ectf-cluster = "bench", ectf-group = "frontend", ectf-node = "frontend001", managed-by = "ectf" }

  primary_network_interface {
    network_interface_id = aws_network_interface.frontend001.id
  }

  root_block_device {
    volume_type           = "gp3"
    encrypted             = true
    delete_on_termination = true
    tags                  = { Name = "bench-frontend001", ectf-cluster = "bench", ectf-group = "frontend", ectf-node = "frontend001", managed-by = "ectf" }
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  lifecycle {
    ignore_changes = [ami, key_name, user_data]
  }
}

# per node
resource "aws_network_interface" "NODE" {
  subnet_id       = aws_route_table_association.private.subnet_id
  security_groups = [aws_security_group.nodes.id]
  tags            = { Name = "bench-NODE", ectf-cluster = "bench", ectf-group = "compute", ectf-node = "NODE", managed-by = "ectf" }
}

resource "aws_instance" "NODE" {
  ami           = data.aws_ami.debian.id
  instance_type = "c7i.large"
  key_name      = aws_key_pair.login.key_name
  user_data     = var.user_data["NODE"]
  tags          = { Name = "bench-NODE", ectf-cluster = "bench", ectf-group = "compute", ectf-node = "NODE", managed-by = "ectf" }

  primary_network_interface {
    network_interface_id = aws_network_interface.NODE.id
  }

  root_block_device {
    volume_type           = "gp3"
    encrypted             = true
    delete_on_termination = true
    tags                  = { Name = "bench-NODE", ectf-cluster = "bench", ectf-group = "compute", ectf-node = "NODE", managed-by = "ectf" }
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  lifecycle {
    ignore_changes = [ami, key_name, user_data]
  }
}
# end

output "nodes" {
  value = {
    frontend001 = { address = aws_network_interface.frontend001.private_ip, public = aws_eip.frontend001.public_ip, id = aws_instance.frontend001.id }
    # per node
    NODE = { address = aws_network_interface.NODE.private_ip, public = null, id = aws_instance.NODE.id }
    # end
  }
}
