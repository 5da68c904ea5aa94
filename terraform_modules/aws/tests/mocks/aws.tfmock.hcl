mock_data "aws_availability_zones" {
  defaults = { names = ["eu-central-1b", "eu-central-1a", "eu-central-1c"] }
}

mock_data "aws_ec2_instance_type_offerings" {
  defaults = {
    instance_types = ["c7i.large", "c7i.large", "c7i.large", "c7g.large", "c7g.large"]
    locations      = ["eu-central-1a", "eu-central-1b", "eu-central-1c", "eu-central-1b", "eu-central-1a"]
  }
}

mock_data "aws_ami" {
  defaults = { id = "ami-0123456789abcdef0" }
}

mock_data "aws_subnet" {
  defaults = { availability_zone = "eu-central-1b" }
}
