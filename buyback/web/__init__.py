"""HTTP: one package per audience over one shell."""
