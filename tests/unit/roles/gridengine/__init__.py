"""Grid Engine's role: what it asks of qmaster, and how it gets there."""
