"""A suite of conditional writes: what S3, DynamoDB and SimpleDB answer, runnable against condemu, AWS or any other store.

The folder is `conformance` in the repository and `condemu_conformance` once it is installed, so that nobody's own folder of that
name gets in the way. Its modules therefore import each other relatively; pytest loads its plugin as `{__package__}.plugin`.
"""
