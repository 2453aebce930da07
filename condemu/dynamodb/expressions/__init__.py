"""The expression language: Condition, Filter, KeyCondition, Update and Projection expressions.

`lexer` cuts a text into tokens, `parser` makes frozen nodes of them, `placeholders` knows the names and values of a request and
compiles a text once for all requests that write it the same way.
"""
