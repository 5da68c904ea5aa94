mock_data "aws_availability_zones" {
  defaults = { names = ["eu-central-1b", "eu-central-1a", "eu-central-1c"] }
}

mock_data "aws_ami" {
  defaults = { id = "ami-0123456789abcdef0" }
}

mock_data "aws_subnet" {
  defaults = { availability_zone = "eu-central-1b" }
}
