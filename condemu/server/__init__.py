"""The only part that knows sockets, time and chance: the ASGI application, its configuration and its admin pages."""
