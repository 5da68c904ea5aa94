mock_resource "incus_instance" {
  defaults = { mac_address = "10:66:6a:01:02:03", target = "" }
}

mock_data "incus_network" {
  defaults = { config = { "ipv4.address" = "192.0.2.1/24" } }
}

mock_data "incus_image" {
  defaults = { fingerprint = "8651ab0f2d0c" }
}
