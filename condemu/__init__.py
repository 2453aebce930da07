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
    CompleteMultipartUpload, its order of checks         s3/multipart_complete.py complete_multipart_upload
    multipart checksums: COMPOSITE or FULL_OBJECT        s3/multipart.py chosen_checksum
    UploadPartCopy's range                               s3/multipart_copy.py stretch
    how long a deleted key is remembered (409)           s3/gone.py leave_trace
    S3 lists: markers, delimiter, groups                 s3/listing_pages.py first_after
    S3 continuation tokens                               s3/listing.py place_of
    ListObjectVersions and its markers                   s3/listing_versions.py versions_page
    ListMultipartUploads, ListParts                      s3/multipart_listing.py list_multipart_uploads
"""

__version__ = "0.1.0"
