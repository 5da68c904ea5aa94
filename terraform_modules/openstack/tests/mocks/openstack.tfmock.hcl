mock_data "openstack_images_image_ids_v2" {
  defaults = { ids = ["0b5c0a9e-0000-4000-8000-000000000001"] }
}

mock_data "openstack_compute_availability_zones_v2" {
  defaults = { names = ["az1", "az2", "internal"] }
}

mock_data "openstack_networking_subnet_v2" {
  defaults = { cidr = "192.0.2.0/24" }
}

mock_resource "openstack_networking_port_v2" {
  defaults = { all_fixed_ips = ["10.40.0.7"] }
}

mock_resource "openstack_blockstorage_volume_v3" {
  defaults = { id = "98f28d97-f961-45a9-87a8-fa7167d4fc0f" }
}
