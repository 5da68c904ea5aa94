"""For each provider a network and a machine, small, with something to change of each kind."""

from dataclasses import dataclass

VARIABLES = """
variable "label" {
  default = "one"
}
variable "image" {
  default = "debian-12"
}
"""
AWS = """
provider "aws" {
  region = "eu-west-1"
  default_tags { tags = { owner = "somebody" } }
}
data "aws_ami" "image" {
  owners      = ["136693071363"]
  most_recent = true
  filter {
    name   = "name"
    values = ["${var.image}-amd64-*"]
  }
}
data "aws_availability_zones" "all" {}
resource "aws_vpc" "net" {
  cidr_block = "10.1.0.0/16"
}
resource "aws_subnet" "net" {
  vpc_id            = aws_vpc.net.id
  cidr_block        = "10.1.2.0/24"
  availability_zone = data.aws_availability_zones.all.names[1]
}
resource "aws_network_interface" "node" {
  subnet_id = aws_subnet.net.id
}
resource "aws_instance" "node" {
  ami           = data.aws_ami.image.id
  instance_type = "t3.small"
  primary_network_interface { network_interface_id = aws_network_interface.node.id }
  root_block_device { volume_size = 20 }
  tags = { Name = "node", label = var.label }
}
output "address" {
  value = aws_instance.node.private_ip
}
"""
GOOGLE = """
provider "google" {
  project = "some-project"
  region  = "europe-west4"
}
data "google_compute_image" "image" {
  project = "debian-cloud"
  family  = var.image
}
resource "google_compute_network" "net" {
  name                    = "net"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "net" {
  name          = "net"
  network       = google_compute_network.net.id
  ip_cidr_range = "10.1.2.0/24"
}
resource "google_compute_instance" "node" {
  name         = "node"
  machine_type = "e2-small"
  zone         = "europe-west4-b"
  labels       = { label = var.label }
  boot_disk {
    initialize_params { image = data.google_compute_image.image.self_link }
  }
  network_interface {
    subnetwork = google_compute_subnetwork.net.self_link
    access_config {}
  }
}
output "address" {
  value = google_compute_instance.node.network_interface[0].network_ip
}
"""
OPENSTACK = """
provider "openstack" {}
data "openstack_images_image_v2" "image" {
  name        = var.image
  most_recent = true
}
resource "openstack_networking_network_v2" "net" {
  name = "net"
}
resource "openstack_networking_subnet_v2" "net" {
  network_id = openstack_networking_network_v2.net.id
  cidr       = "10.1.2.0/24"
}
resource "openstack_networking_port_v2" "node" {
  network_id = openstack_networking_network_v2.net.id
  fixed_ip { subnet_id = openstack_networking_subnet_v2.net.id }
}
resource "openstack_compute_instance_v2" "node" {
  name        = "node"
  flavor_name = "m1.small"
  user_data   = data.openstack_images_image_v2.image.id
  metadata    = { label = var.label }
  network { port = openstack_networking_port_v2.node.id }
}
output "address" {
  value = openstack_compute_instance_v2.node.access_ip_v4
}
"""
AZURE = """
provider "azurerm" {
  subscription_id = "00000000-0000-0000-0000-00000000000a"
  features {}
}
resource "azurerm_resource_group" "net" {
  name     = "net"
  location = "westeurope"
}
resource "azurerm_virtual_network" "net" {
  name                = "net"
  location            = "westeurope"
  resource_group_name = azurerm_resource_group.net.name
  address_space       = ["10.1.0.0/16"]
}
resource "azurerm_subnet" "net" {
  name                 = "net"
  resource_group_name  = azurerm_resource_group.net.name
  virtual_network_name = azurerm_virtual_network.net.name
  address_prefixes     = ["10.1.2.0/24"]
}
resource "azurerm_network_interface" "node" {
  name                = "node"
  location            = "westeurope"
  resource_group_name = azurerm_resource_group.net.name
  ip_configuration {
    name                          = "main"
    subnet_id                     = azurerm_subnet.net.id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_linux_virtual_machine" "node" {
  name                  = "node"
  location              = "westeurope"
  resource_group_name   = azurerm_resource_group.net.name
  size                  = "Standard_B1s"
  admin_username        = "azureuser"
  network_interface_ids = [azurerm_network_interface.node.id]
  tags                  = { label = var.label }
  admin_ssh_key {
    username   = "azureuser"
    public_key = "ssh-ed25519 AAAA"
  }
  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Standard_LRS"
  }
  source_image_reference {
    publisher = "Debian"
    offer     = var.image
    sku       = "12"
    version   = "latest"
  }
}
output "address" {
  value = azurerm_linux_virtual_machine.node.private_ip_address
}
"""
INCUS = """
provider "incus" {}
data "incus_image" "image" {
  name = var.image
}
resource "incus_network_acl" "net" {
  name    = "net"
  ingress = [{ action = "allow", state = "enabled", source = "10.1.2.0/24" }]
}
resource "incus_network" "net" {
  name   = "net"
  config = { "ipv4.address" = "10.1.2.1/24", "security.acls" = incus_network_acl.net.name }
}
resource "incus_instance" "node" {
  name   = "node"
  image  = data.incus_image.image.fingerprint
  config = { label = var.label }
  device {
    name       = "eth0"
    type       = "nic"
    properties = { network = incus_network.net.name, "ipv4.address" = "10.1.2.7" }
  }
}
output "address" {
  value = incus_instance.node.ipv4_address
}
"""


@dataclass(frozen=True)
class Sample:
    provider: str
    source: str
    machine: str  # the machine's type
    labels: str  # the argument that holds its label
    text: str

    @property
    def address(self) -> str:
        return f"{self.machine}.node"

    @property
    def configuration(self) -> str:
        name = self.source.rsplit("/", 1)[-1]
        required = (
            f'terraform {{\n  required_providers {{\n    {name} = {{ source = "{self.source}" }}\n  }}\n}}\n'
        )
        return required + VARIABLES + self.text


SAMPLES = (
    Sample("aws", "hashicorp/aws", "aws_instance", "tags", AWS),
    Sample("google", "hashicorp/google", "google_compute_instance", "labels", GOOGLE),
    Sample(
        "openstack",
        "terraform-provider-openstack/openstack",
        "openstack_compute_instance_v2",
        "metadata",
        OPENSTACK,
    ),
    Sample("azure", "hashicorp/azurerm", "azurerm_linux_virtual_machine", "tags", AZURE),
    Sample("incus", "lxc/incus", "incus_instance", "config", INCUS),
)
