# What somebody would write by hand for so many machines, and no more: once above the line, per node below.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_vpc" "cluster" {
  cidr_block = "10.70.0.0/16"
}

resource "aws_subnet" "cluster" {
  vpc_id     = aws_vpc.cluster.id
  cidr_block = "10.70.0.0/20"
}

resource "aws_security_group" "cluster" {
  name   = "bench"
  vpc_id = aws_vpc.cluster.id
}
# ---
resource "aws_network_interface" "NODE" {
  subnet_id       = aws_subnet.cluster.id
  security_groups = [aws_security_group.cluster.id]
  tags            = { Name = "bench-NODE" }
}

resource "aws_instance" "NODE" {
  ami           = "ami-0a1b2c3d"
  instance_type = "c7i.large"
  tags          = { Name = "bench-NODE" }

  primary_network_interface {
    network_interface_id = aws_network_interface.NODE.id
  }

  root_block_device {
    volume_size = 20
  }
}

output "NODE" {
  value = {
    address = aws_network_interface.NODE.private_ip
    id      = aws_instance.NODE.id
  }
}
