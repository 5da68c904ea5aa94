"""The provider's resources and its data source, one module each."""
