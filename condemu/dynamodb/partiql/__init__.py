"""PartiQL: the same reads and conditional writes, written as statements.

`lexer` and `parser` make frozen nodes of a text, once for all requests that write it alike; `binding` puts the parameters in and
turns what is left into the conditions and updates of the expression language; `plans` sets them against a table's key.
"""
