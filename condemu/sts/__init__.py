"""Security Token Service, as far as tests need it: who am I, and temporary credentials."""
