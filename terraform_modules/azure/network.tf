data "azurerm_virtual_network" "given" {
  count = local.made_network ? 0 : 1

  name                = var.network
  resource_group_name = coalesce(var.network_resource_group, var.resource_group)
}

data "azurerm_subnet" "given" {
  count = local.made_network ? 0 : 1

  name                 = var.subnet
  virtual_network_name = var.network
  resource_group_name  = coalesce(var.network_resource_group, var.resource_group)
}

resource "azurerm_virtual_network" "cluster" {
  count = local.made_network ? 1 : 0

  name                = var.cluster_name
  resource_group_name = local.resource_group
  location            = var.location
  address_space       = [var.network_cidr]
  tags                = var.labels
}

resource "azurerm_subnet" "cluster" {
  count = local.made_network ? 1 : 0

  name                 = "${var.cluster_name}-nodes"
  resource_group_name  = local.resource_group
  virtual_network_name = azurerm_virtual_network.cluster[0].name
  address_prefixes     = [local.subnet_cidr]

  # No way out that nobody asked for: a node has a public address, the NAT gateway, or none.
  default_outbound_access_enabled = false

  dynamic "service_endpoint" {
    for_each = length(var.shared_fs) > 0 ? ["Microsoft.Storage"] : []
    content {
      service = service_endpoint.value
    }
  }
}

resource "azurerm_public_ip" "nat" {
  count = local.nat ? 1 : 0

  name                = "${var.cluster_name}-nat"
  resource_group_name = local.resource_group
  location            = var.location
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = var.labels
}

resource "azurerm_nat_gateway" "cluster" {
  count = local.nat ? 1 : 0

  name                = var.cluster_name
  resource_group_name = local.resource_group
  location            = var.location
  sku_name            = "Standard"
  tags                = var.labels
}

resource "azurerm_nat_gateway_public_ip_association" "cluster" {
  count = local.nat ? 1 : 0

  nat_gateway_id       = azurerm_nat_gateway.cluster[0].id
  public_ip_address_id = azurerm_public_ip.nat[0].id
}

resource "azurerm_subnet_nat_gateway_association" "cluster" {
  count = local.nat ? 1 : 0

  subnet_id      = azurerm_subnet_network_security_group_association.cluster[0].subnet_id
  nat_gateway_id = azurerm_nat_gateway_public_ip_association.cluster[0].nat_gateway_id
}

# A subnet of the cluster's own is guarded as a whole; in somebody else's each node's interface is.
resource "azurerm_network_security_group" "cluster" {
  name                = var.cluster_name
  resource_group_name = local.resource_group
  location            = var.location
  tags                = var.labels
}

resource "azurerm_subnet_network_security_group_association" "cluster" {
  count = local.made_network ? 1 : 0

  subnet_id                 = azurerm_subnet.cluster[0].id
  network_security_group_id = azurerm_network_security_group.cluster.id
}

resource "azurerm_application_security_group" "cluster" {
  count = local.made_network ? 0 : 1

  name                = var.cluster_name
  resource_group_name = local.resource_group
  location            = var.location
  tags                = var.labels
}

resource "azurerm_application_security_group" "public" {
  for_each = toset([for rule in values(local.public_ports) : rule.group])

  name                = "${var.cluster_name}-${each.key}"
  resource_group_name = local.resource_group
  location            = var.location
  tags                = merge(var.labels, { "ectf-group" = each.key })
}

resource "azurerm_network_security_rule" "ssh" {
  count = length(local.ssh_from) > 0 ? 1 : 0

  name                        = "ssh"
  description                 = "SSH from where the cluster file says."
  resource_group_name         = local.resource_group
  network_security_group_name = azurerm_network_security_group.cluster.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  source_address_prefixes     = local.ssh_from
  destination_port_range      = "22"
  destination_address_prefix  = "*"
}

resource "azurerm_network_security_rule" "inside" {
  name                                  = "inside"
  description                           = "Everything between nodes of the cluster."
  resource_group_name                   = local.resource_group
  network_security_group_name           = azurerm_network_security_group.cluster.name
  priority                              = 200
  direction                             = "Inbound"
  access                                = "Allow"
  protocol                              = "*"
  source_port_range                     = "*"
  source_address_prefix                 = local.made_network ? local.subnet_cidr : null
  source_application_security_group_ids = local.made_network ? null : [azurerm_application_security_group.cluster[0].id]
  destination_port_range                = "*"
  destination_address_prefix            = "*"
}

resource "azurerm_network_security_rule" "peers" {
  count = length(local.peers) > 0 ? 1 : 0

  name                        = "peers"
  description                 = "Everything from the cluster's nodes in other clouds."
  resource_group_name         = local.resource_group
  network_security_group_name = azurerm_network_security_group.cluster.name
  priority                    = 300
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  source_address_prefixes     = local.peers
  destination_port_range      = "*"
  destination_address_prefix  = "*"
}

resource "azurerm_network_security_rule" "public" {
  for_each = local.public_ports

  name                        = "public-${each.key}"
  description                 = "Ports of ${each.value.group} that its software declares public."
  resource_group_name         = local.resource_group
  network_security_group_name = azurerm_network_security_group.cluster.name
  # Priorities must differ; from the name, so that another rule moves none.
  priority                                   = 1000 + parseint(substr(md5(each.key), 0, 8), 16) % 3000
  direction                                  = "Inbound"
  access                                     = "Allow"
  protocol                                   = title(each.value.protocol)
  source_port_range                          = "*"
  source_address_prefix                      = "*"
  destination_port_ranges                    = each.value.ranges
  destination_application_security_group_ids = [azurerm_application_security_group.public[each.value.group].id]
}

# Azure's own rules let in whatever is in the network or peered with it.
resource "azurerm_network_security_rule" "others" {
  name                        = "others"
  description                 = "Nothing else from the network and what is peered with it."
  resource_group_name         = local.resource_group
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
