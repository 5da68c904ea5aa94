# What an experienced person would write by hand for the benchmark's cluster. What stands between `# per node` and
# `# end` is written once per compute node.

terraform {
  required_version = ">= 1.11"
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 5.2"
    }
  }
}

variable "ssh_public_key" {
  type = string
}

variable "user_data" {
  type = map(string)
}

provider "azurerm" {
  storage_use_azuread = true

  features {
    resource_group {
      prevent_deletion_if_contains_resources = true
    }
    virtual_machine {
      delete_os_disk_on_deletion = true
    }
  }
}

resource "azurerm_resource_group" "cluster" {
  name     = "bench"
  location = "westeurope"
  tags     = { ectf-cluster = "bench", managed-by = "ectf" }
}

resource "azurerm_virtual_network" "cluster" {
  name                = "bench"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = "westeurope"
  address_space       = ["10.80.0.0/16"]
  tags                = { ectf-cluster = "bench", managed-by = "ectf" }
}

resource "azurerm_subnet" "cluster" {
  name                            = "bench-nodes"
  resource_group_name             = azurerm_resource_group.cluster.name
  virtual_network_name            = azurerm_virtual_network.cluster.name
  address_prefixes                = ["10.80.0.0/17"]
  default_outbound_access_enabled = false
}

resource "azurerm_public_ip" "nat" {
  name                = "bench-nat"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = "westeurope"
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = { ectf-cluster = "bench", managed-by = "ectf" }
}

resource "azurerm_nat_gateway" "cluster" {
  name                = "bench"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = "westeurope"
  sku_name            = "Standard"
  tags                = { ectf-cluster = "bench", managed-by = "ectf" }
}

resource "azurerm_nat_gateway_public_ip_association" "cluster" {
  nat_gateway_id       = azurerm_nat_gateway.cluster.id
  public_ip_address_id = azurerm_public_ip.nat.id
}

resource "azurerm_subnet_nat_gateway_association" "cluster" {
  subnet_id      = azurerm_subnet_network_security_group_association.cluster.subnet_id
  nat_gateway_id = azurerm_nat_gateway_public_ip_association.cluster.nat_gateway_id
}

resource "azurerm_network_security_group" "cluster" {
  name                = "bench"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = "westeurope"
  tags                = { ectf-cluster = "bench", managed-by = "ectf" }
}

resource "azurerm_subnet_network_security_group_association" "cluster" {
  subnet_id                 = azurerm_subnet.cluster.id
  network_security_group_id = azurerm_network_security_group.cluster.id
}

resource "azurerm_network_security_rule" "ssh" {
  name                        = "ssh"
  description                 = "SSH from where the cluster file says."
  resource_group_name         = azurerm_resource_group.cluster.name
  network_security_group_name = azurerm_network_security_group.cluster.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  source_address_prefixes     = ["198.51.100.0/24"]
  destination_port_range      = "22"
  destination_address_prefix  = "*"
}

resource "azurerm_network_security_rule" "inside" {
  name                        = "inside"
  description                 = "Everything between nodes of the cluster."
  resource_group_name         = azurerm_resource_group.cluster.name
  network_security_group_name = azurerm_network_security_group.cluster.name
  priority                    = 200
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  source_address_prefix       = "10.80.0.0/17"
  destination_port_range      = "*"
  destination_address_prefix  = "*"
}

resource "azurerm_network_security_rule" "others" {
  name                        = "others"
  description                 = "Nothing else from the network and what is peered with it."
  resource_group_name         = azurerm_resource_group.cluster.name
  network_security_group_name = azurerm_network_security_group.cluster.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  source_address_prefix       = "VirtualNetwork"
  destination_port_range      = "*"
  destination_address_prefix  = "*"
}

resource "azurerm_public_ip" "frontend001" {
  name                = "bench-frontend001"
  resource_group_name = azurerm_resource_group.cluster.name
  location            = "westeurope"
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = { ectf-cluster = "bench", ectf-group = "frontend", ectf-node = "frontend001", managed-by = "ectf" }
}

resource "azurerm_network_interface" "frontend001" {
  name                           = "bench-frontend001"
  resource_group_name            = azurerm_resource_group.cluster.name
  location                       = "westeurope"
  accelerated_networking_enabled = true
  tags                           = { ectf-cluster = "bench", ectf-group = "frontend", ectf-node = "frontend001", managed-by = "ectf" }

  ip_configuration {
    name                          = "main"
    subnet_id                     = azurerm_subnet_nat_gateway_association.cluster.subnet_id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.frontend001.id
  }
}

resource "azurerm_linux_virtual_machine" "frontend001" {
  name                            = "bench-frontend001"
  computer_name                   = "frontend001"
  resource_group_name             = azurerm_resource_group.cluster.name
  location                        = "westeurope"
  size                            = "Standard_D2as_v5"
  network_interface_ids           = [azurerm_network_interface.frontend001.id]
  admin_username                  = "azureuser"
  disable_password_authentication = true
  allow_extension_operations      = false
  secure_boot_enabled             = true
  vtpm_enabled                    = true
  encryption_at_host_enabled      = false
  custom_data                     = base64encode(var.user_data["frontend001"])
  priority                        = "Regular"
  tags                            = { ectf-cluster = "bench", ectf-group = "frontend", ectf-node = "frontend001", managed-by = "ectf" }

  admin_ssh_key {
    username   = "azureuser"
    public_key = var.ssh_public_key
  }

  os_disk {
    name                 = "bench-frontend001"
    caching              = "ReadWrite"
    storage_account_type = "StandardSSD_LRS"
  }

  source_image_reference {
    publisher = "Debian"
    offer     = "debian-12"
    sku       = "12-gen2"
    version   = "latest"
  }

  boot_diagnostics {}

  lifecycle {
    ignore_changes = [source_image_reference, custom_data, admin_ssh_key]
  }
}

# per node
resource "azurerm_network_interface" "NODE" {
  name                           = "bench-NODE"
  resource_group_name            = azurerm_resource_group.cluster.name
  location                       = "westeurope"
  accelerated_networking_enabled = true
  tags                           = { ectf-cluster = "bench", ectf-group = "compute", ectf-node = "NODE", managed-by = "ectf" }

  ip_configuration {
    name                          = "main"
    subnet_id                     = azurerm_subnet_nat_gateway_association.cluster.subnet_id
    private_ip_address_allocation = "Dynamic"
  }
}

resource "azurerm_linux_virtual_machine" "NODE" {
  name                            = "bench-NODE"
  computer_name                   = "NODE"
  resource_group_name             = azurerm_resource_group.cluster.name
  location                        = "westeurope"
  size                            = "Standard_D2as_v5"
  network_interface_ids           = [azurerm_network_interface.NODE.id]
  admin_username                  = "azureuser"
  disable_password_authentication = true
  allow_extension_operations      = false
  secure_boot_enabled             = true
  vtpm_enabled                    = true
  encryption_at_host_enabled      = false
  custom_data                     = base64encode(var.user_data["NODE"])
  priority                        = "Regular"
  tags                            = { ectf-cluster = "bench", ectf-group = "compute", ectf-node = "NODE", managed-by = "ectf" }

  admin_ssh_key {
    username   = "azureuser"
    public_key = var.ssh_public_key
  }

  os_disk {
    name                 = "bench-NODE"
    caching              = "ReadWrite"
    storage_account_type = "StandardSSD_LRS"
  }

  source_image_reference {
    publisher = "Debian"
    offer     = "debian-12"
    sku       = "12-gen2"
    version   = "latest"
  }

  boot_diagnostics {}

  lifecycle {
    ignore_changes = [source_image_reference, custom_data, admin_ssh_key]
  }
}
# end

output "nodes" {
  value = {
    frontend001 = { address = azurerm_network_interface.frontend001.private_ip_address, public = azurerm_public_ip.frontend001.ip_address, id = azurerm_linux_virtual_machine.frontend001.virtual_machine_id }
    # per node
    NODE = { address = azurerm_network_interface.NODE.private_ip_address, public = null, id = azurerm_linux_virtual_machine.NODE.virtual_machine_id }
    # end
  }
}
