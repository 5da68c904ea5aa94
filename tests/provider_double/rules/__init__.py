"""Facts about the true providers that their schemas don't hold."""
