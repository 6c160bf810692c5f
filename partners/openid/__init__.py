"""Signing in with one's own organisation by OpenID Connect, where the provider is not taken at its word."""
