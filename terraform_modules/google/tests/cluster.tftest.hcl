# The cluster as rendered: terraform.tfvars.json beside it holds its values.

mock_provider "google" {
  mock_data "google_compute_zones" {
    defaults = { names = ["europe-west3-a", "europe-west3-b", "europe-west3-c"] }
  }
}

run "the_way_in_is_told" {
  assert {
    condition     = output.bastion_google == "frontend001"
    error_message = "The node with a public address is the way to the others."
  }
}
