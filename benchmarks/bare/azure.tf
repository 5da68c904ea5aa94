# What somebody would write by hand for so many machines, and no more: once above the line, per node below.

terraform {
  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
    }
  }
}

provider "azurerm" {
  features {}
}

resource "azurerm_resource_group" "cluster" {
  name     = "bench"
  location = "westeurope"
}

resource "azurerm_virtual_network" "cluster" {
  name                = "bench"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = "westeurope"
  address_space       = ["10.90.0.0/16"]
}

resource "azurerm_subnet" "cluster" {
  name                 = "bench"
  resource_group_name  = azurerm_resource_group.cluster.name
  virtual_network_name = azurerm_virtual_network.cluster.name
  address_prefixes     = ["10.90.0.0/17"]
}
# ---
resource "azurerm_network_interface" "NODE" {
  name                = "bench-NODE"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = "westeurope"

  ip_configuration {
    name                          = "main"
    subnet_id                     = azurerm_subnet.cluster.id
    private_ip_address_allocation = "Dynamic"
  }
}

resource "azurerm_linux_virtual_machine" "NODE" {
  name                            = "bench-NODE"
  resource_group_name             = azurerm_resource_group.cluster.name
  location                        = "westeurope"
  size                            = "Standard_D2as_v5"
  network_interface_ids           = [azurerm_network_interface.NODE.id]
  admin_username                  = "debian"
  disable_password_authentication = true

  admin_ssh_key {
    username   = "debian"
    public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "StandardSSD_LRS"
  }

  source_image_reference {
    publisher = "Debian"
    offer     = "debian-12"
    sku       = "12-gen2"
    version   = "latest"
  }
}

output "NODE" {
  value = {
    address = azurerm_network_interface.NODE.private_ip_address
    id      = azurerm_linux_virtual_machine.NODE.virtual_machine_id
  }
}
