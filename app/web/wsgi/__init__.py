"""Around Flask: the layers that every request goes through, and the application itself, leaner than it comes."""
