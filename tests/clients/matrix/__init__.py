"""A matrix of clients and calls: small programs in each client's own language, run against condemu, and a page drawn from it.

`python -m tests.clients.matrix python` (or javascript, go, java, rust, programs) runs the programs of a language, `… page` draws
docs/clients.md anew.
"""
