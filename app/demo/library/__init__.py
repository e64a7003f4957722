"""The simulated document library: a directory, its API and a library's pages, on an origin of their own."""
