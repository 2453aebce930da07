"""condemu: a local emulator of Amazon S3, DynamoDB and SimpleDB for code that depends on conditional writes.

Where is the rule for ...?

    which service a request is for                       server/dispatch.py service_of
    what the administration answers                      server/admin.py ACTIONS
    settings and where they come from                    server/config.py configured
    unread bodies, lost replies, Date                    server/asgi.py App
    malformed HTTP and header limits                     server/protocol.py Protocol
    when a body leaves memory                            storage/spool.py SpoolWriter
    atomicity: all at once or not at all                 core/store.py Store
    the four stages of a call                            core/engine.py Engine
    what an error row is                                 core/errors.py ErrorRow
    which S3 operation a request means                   s3/operations.py route
    S3 If-Match and If-None-Match on writes              s3/preconditions.py write_refusal
    which bucket and key a request names                 s3/addressing.py bucket_and_key
"""

__version__ = "0.1.0"
