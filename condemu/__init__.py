"""condemu: a local emulator of Amazon S3, DynamoDB and SimpleDB for code that depends on conditional writes.

Where is the rule for ...?

    which service a request is for                       server/dispatch.py named_service
    what the administration answers                      server/admin.py ACTIONS
    what the request log says                            server/request_log.py RequestLog
    TLS and HTTP on one port                             server/door.py Door
    the certificate of --tls                             server/certificates.py made
    who may use the administration                       server/admission.py refusal
    settings and where they come from                    server/config.py configured
    unread bodies, lost replies                          server/exchange.py Exchange
    a client that stops sending, or does not read        server/stalls.py StallGuard
    Date, and what may stand in a header                 server/heads.py Heads
    what a server does about memory                      server/memory.py settle
    malformed HTTP                                       server/protocol.py Protocol
    limits of headers, under any server                  server/heads.py too_large
    when a body leaves memory                            storage/spool.py SpoolWriter
    a full disk; what is given back to it                storage/spool.py SpoolBlobs
    what several processes share, and how                storage/shared.py Shared
    how a batch is appended in PostgreSQL                storage/postgres_log.py PostgresLog
    how a batch is appended in a bucket                  storage/s3_log.py S3Log
    when a body in PostgreSQL is deleted                 storage/postgres_bodies.py PostgresBodies
    what a database that hangs comes to                  storage/postgres.py Database
    which place a URL of --store means                   storage/places.py place_of
    atomicity: all at once or not at all                 core/store.py Store
    the stages of a call, and what observers may do      core/engine.py Engine
    what a call is: actor, attempt, cause, steps         core/calls.py Call
    what an error row is                                 core/errors.py ErrorRow
    which orders of a race are run, and which are left   lab/search.py Fewest
    the token of an order; when two steps meet           lab/schedules.py token
    what goes wrong on purpose, by which word            lab/faults.py Fault
    a schedule as text, and as a picture                 lab/timeline.py drawing
    when a parked request arrives                        lab/director.py Director
    what an actor of a race is given                     explorer/race.py Aws
    what is patched while a race runs                    explorer/patches.py patched
    datetime.now in a race                               explorer/datetimes.py replaced
    which S3 operation a request means                   s3/routing.py route
    all that is known about one operation of S3          s3/operations.py OPERATIONS
    what a field of an S3 operation's row means          s3/requests/operation.py Operation
    who may assume which role                            sts/operations.py may_assume
    temporary credentials and when they end              sts/sessions.py SessionBook
    services that are not emulated                       server/others.py answer
    signature version 4, header and query                auth/rest_requests.py verify
    signature version 2 of S3, header and query          auth/rest_requests_v2.py verify_header
    signature versions 0 to 2 of query requests          auth/query_requests.py verify
    signatures of chunks and trailers                    auth/signature_v4.py Chain
    whose an access key is                               auth/credentials.py CredentialBook
    browser uploads and their policies                   auth/post_policy.py check_policy
    condition operators of policies, absent keys         auth/policy_operators.py OPERATORS
    several policies together, boundaries                auth/decision.py decide
    S3's answers to bad signatures                       s3/errors/signatures.py ROWS
    AccessDenied; a missing key for who may not list     s3/access/authorize.py authorize
    which actions an S3 operation needs                  s3/access/actions.py checks_of
    which more a request to S3 needs, by its headers     s3/access/needs.py new_object
    s3:if-match, s3:ObjectCreationOperation and so on    s3/access/policy_keys.py ConditionKeys
    what PutBucketPolicy refuses                         s3/access/policy_rules.py rules_of
    public policies                                      s3/access/public_policy.py is_public
    S3 If-Match and If-None-Match on writes              s3/state/preconditions.py write_refusal
    S3 conditions on DELETE; in which buckets            s3/state/preconditions.py delete_refusal
    S3 conditions on reads and copy sources, 304         s3/state/preconditions.py read_refusal
    S3 If-Range                                          s3/state/preconditions.py if_range_holds
    versions, delete markers, the null version           s3/state/versions.py place
    S3 version ids, genuine or invented                  s3/state/versions.py order_of
    Content-MD5, x-amz-checksum-*, x-amz-content-sha256  s3/objects/bodies.py announcement
    aws-chunked: chunks, signatures, trailers            wire/aws_chunked.py Decoder
    checksum algorithms and their combination            wire/checksums.py ALGORITHMS
    storage class, redirect and lock headers             s3/objects/validation.py HEADER_CHECKS
    keys for encryption: SSE-C, KMS                      s3/requests/encryption.py check_encryption
    archived objects, RestoreObject                      s3/objects/restore.py restore_object
    ETags and answers under encryption                   s3/objects/encryption.py asked
    user metadata: 2 KB, RFC 2047                        s3/objects/metadata.py kept
    Range and partNumber                                 s3/objects/ranges.py span_of_range
    a copy onto itself; what a copy keeps                s3/objects/copy.py copy_object
    DeleteObjects: entries, codes, Quiet                 s3/objects/delete.py delete_entry
    Object Lock: what it forbids, who may bypass         s3/objects/lock.py removal_refusal
    presigned queries that act as headers                s3/requests/members.py members_of
    XML in and out: entities, escapes                    wire/xml.py parse
    HTTP dates and ISO 8601                              wire/rest.py parse_http_date
    multipart/form-data                                  wire/form_data.py Parser
    which bucket and key a request names                 s3/requests/addressing.py bucket_and_key
    a condition on an S3 operation that takes none       s3/requests/conditions.py unsupported
    the configurations that a bucket keeps               s3/configurations/table.py OPERATIONS
    their shapes, in AWS's order                         s3/configurations/shapes.py LIFECYCLE
    what PutBucketLifecycleConfiguration refuses         s3/configurations/lifecycle.py put_bucket_lifecycle_configuration
    when an object expires, x-amz-expiration             s3/state/lifecycle.py due
    lifecycle rules, carried out                         s3/sweep.py sweep
    websites: index, errors, redirects                   s3/site.py serve
    which host is a bucket's website                     s3/requests/addressing.py website_of_host
    creating, listing and deleting buckets               s3/buckets/buckets.py is_name
    creating a bucket that is there                      s3/buckets/create.py create_bucket
    tags of buckets and objects                          s3/requests/tags.py checked
    access control lists and canned ACLs                 s3/access/grants.py CANNED
    cross-origin requests                                s3/buckets/cors.py matching
    uploads by a browser's form                          s3/objects/post.py post_object
    CompleteMultipartUpload, its order of checks         s3/uploads/complete.py complete_multipart_upload
    multipart checksums: COMPOSITE or FULL_OBJECT        s3/uploads/parts.py chosen_checksum
    UploadPartCopy's range                               s3/uploads/copy.py span_of
    ETag and checksum of a copy                          s3/objects/copy_digests.py Stretch
    how long a deleted key is remembered (409)           s3/state/traces.py leave_trace
    which bucket a name means, names per account         s3/state/buckets.py bucket_named
    the bucket of a request to S3, read once             s3/requests/bucket.py bucket_of
    the members of a request to S3, by AWS's names       s3/requests/members.py Member
    which S3 bucket, key and version a copy reads        s3/requests/copy_source.py named_source
    S3 lists: markers, delimiter, groups                 s3/listing/pages.py first_after
    S3 continuation tokens                               s3/listing/objects.py place_of
    ListObjectVersions and its markers                   s3/listing/versions.py versions_page
    ListMultipartUploads, ListParts                      s3/uploads/listing.py list_multipart_uploads
    SimpleDB Expected: Name, Value, Exists               simpledb/expected.py refusal
    SimpleDB Replace, sets of values                     simpledb/attributes.py after_put
    SimpleDB BatchPutAttributes, BatchDeleteAttributes   simpledb/attributes.py batch_put_attributes
    SimpleDB names, lengths, numbers of attributes       simpledb/validation.py entries_to_put
    the members of a request to SimpleDB                 simpledb/requests.py Request
    statements of Select, ready to run                   simpledb/plans.py plan
    the language of SimpleDB's Select                    simpledb/select_parser.py parse
    multi-valued predicates, every(), intersection       simpledb/predicates.py item_test
    SimpleDB pages, limit, NextToken                     simpledb/select.py select
    SimpleDB order by                                    simpledb/select.py _sorted
    what is peculiar to an operation of SimpleDB         simpledb/operations.py OPERATIONS
    BoxUsage                                             simpledb/boxusage.py of_write
    SimpleDB's XML, base64 of what XML cannot carry      simpledb/render.py response
    SimpleDB signatures and sdb: actions                 simpledb/authorize.py verified
    StartDomainExport and what it writes                 simpledb/exports.py files
    SerializationException, constraints of members       dynamodb/requests/validation.py check
    requests that are in order at a glance               dynamodb/requests/quick_look.py quick_look
    members, types and limits of every request           dynamodb/requests/shapes.py SHAPES
    the names of members, as mypy knows them             dynamodb/requests/members.py Members
    which wording DynamoDB answers with                  dynamodb/requests/wording.py worded
    order of checks in a request to DynamoDB             dynamodb/service.py DynamoDB
    PutItem, UpdateItem, DeleteItem, GetItem             dynamodb/items/items.py put_item
    ReturnValues of writes                               dynamodb/items/items.py update_item
    how an item is kept in memory                        dynamodb/state/records.py packed
    keys of tables and indexes, places of items          dynamodb/state/keys.py place
    an item changes, and its indexes with it             dynamodb/state/changes.py put
    BatchGetItem, BatchWriteItem                         dynamodb/items/batches.py batch_write_item
    TransactWriteItems, tokens, cancellation reasons     dynamodb/items/transactions.py write_plan
    what a transaction reserves                          dynamodb/requests/request.py Reservations
    TransactionConflict, conditions of a write           dynamodb/items/items.py check_condition
    Query, Scan, pages, Select                           dynamodb/queries/query.py query
    ExclusiveStartKey                                    dynamodb/queries/start_keys.py check_start_place
    ConsumedCapacity, ItemCollectionMetrics              dynamodb/items/capacity.py write_cost
    CreateTable: schemas, indexes, capacity              dynamodb/tables/table_checks.py read_indexes
    what is peculiar to an operation of DynamoDB         dynamodb/operations.py OPERATIONS
    what a request to DynamoDB asks permission for       dynamodb/access/accesses.py Access
    dynamodb:LeadingKeys, dynamodb:Attributes            dynamodb/access/policy_keys.py ConditionKeys
    DynamoDB's answers to bad signatures                 dynamodb/errors/signatures.py refusal_of
    DynamoDB conditions and filters: what holds          dynamodb/expressions/conditions.py BoundCondition
    why a DynamoDB condition was false                   dynamodb/expressions/explanations.py explain
    DynamoDB Expected, QueryFilter, ScanFilter           dynamodb/legacy/expected.py OPERATORS
    UpdateExpression: SET, REMOVE, ADD, DELETE           dynamodb/expressions/updates.py change_item
    UpdateExpression: paths that overlap, types          dynamodb/expressions/update_checks.py check_update
    reserved words                                       dynamodb/expressions/reserved_words.py RESERVED_WORDS
    AttributeUpdates                                     dynamodb/legacy/attribute_updates.py AttributeUpdates
    KeyConditionExpression, KeyConditions                dynamodb/queries/key_conditions.py against_schema
    ProjectionExpression, UPDATED_OLD, UPDATED_NEW       dynamodb/data/paths.py PathTree
    token and near of a syntax error                     dynamodb/expressions/lexer.py syntax_error
    redundant parentheses, limits of expressions         dynamodb/expressions/parser.py parse_condition
    order of checks in an expression                     dynamodb/expressions/semantics.py Resolver
    #names, :values, which are unused                    dynamodb/expressions/placeholders.py Placeholders
    DynamoDB numbers: 38 digits, range, size, order      dynamodb/data/numbers.py parse_number
    attribute values, equality, size of an item          dynamodb/data/values.py decode_item
    2026 and classic wordings of DynamoDB                dynamodb/errors/expressions.py CLASSIC
    PartiQL INSERT, UPDATE, DELETE, EXISTS               dynamodb/partiql/statements.py prepare
    PartiQL SELECT, ORDER BY, NextToken                  dynamodb/partiql/reads.py read_page
    ExecuteTransaction                                   dynamodb/partiql/transactions.py execute_transaction
    UpdateTable, new indexes and their filling           dynamodb/tables/update_table.py update_table
    states of tables and how long they last              dynamodb/state/states.py settled
    when an item expires                                 dynamodb/state/expirations.py expiry
    deletion of expired items                            dynamodb/tables/ttl.py unexpired
    what a stream tells                                  dynamodb/state/stream_records.py note
    ExpectedRevisionId of resource policies              dynamodb/tables/resource_policies.py revision_refusal
    tags of tables                                       dynamodb/tables/tags.py check_tags
    Attribute.1.Name, Expected.Name: numbers and gaps    wire/query.py numbered
    what is kept, and under which keys                   core/spaces.py Space
    reset, snapshot and restore of one account           core/spaces.py restore
    records as documents                                 core/codec.py codec_of
    a snapshot of an older store                         core/spaces.py load
    what a snapshot file holds, when it is believed      server/state_files/snapshot_file.py Opened
    snapshot files over HTTP                             server/state_files/snapshot_calls.py SnapshotCalls
    what a seed may be; as a whole or not at all         server/state_files/seeding.py Seeding
    plain items and items with types in a seed           server/state_files/tables.py apply
    state as a seed directory                            server/state_files/unpacking.py Unpacking
    scripts that run before it is ready                  server/init_hooks.py Hooks
    condemu data, and the commands below it              data_cli.py COMMANDS
    fault rules at work, and what they count             lab/rules.py Rules
    requests that wait until they are released           lab/holds.py Holds
    what an exploration has covered                      lab/covered.py Explored
    races for every language: what each call does        server/lab/races.py Races
    races of commands, in a shell                        shell/run.py run
    the variables that a command of a race is given      shell/processes.py environment
    one schedule over HTTP; an actor that thinks         server/lab/run.py Run
    stale reads of races over HTTP                       server/lab/past.py SharedPast
    faults and holds by hand                             server/lab/by_hand.py FaultRules
    the state's clock moved by hand                      server/lab/moved_clock.py MovedClock
    snapshots over HTTP                                  server/lab/snapshots.py Snapshots
    histories over HTTP                                  server/lab/histories.py Histories
    which calls the lab takes over HTTP                  server/lab/lab.py ROUTES
    what an entry of a history says                      lab/history.py Entry
    what a call found, who wrote that, what it was told  server/recorder.py Recorder
    what a call means for one key                        lab/registers.py operation_of
    whether some order explains what was told            lab/linearizability.py judged
    told versus truth                                    lab/verdicts.py misled
    lost updates, writers without a condition, ABA       lab/writers.py careless
    what a history shows                                 lab/checker.py check
    histories for Elle and Porcupine                     lab/exports.py FORMS
    what boto3 clients of real AWS were told             testing/recorder.py record
    boto3 answered in process                            testing/transport.py answer
    which emulator answers a call of this process        testing/activation.py emulator_for
    what of a process is answered, library by library    testing/interception.py POINTS
    whose the access keys of a test are                  testing/credentials.py home_of
    shard iterators, sealed                              dynamodb/streams/shard_iterators.py unseal
    backups of tables, their ARNs and lists              dynamodb/backups/backups.py named
    what a restored table has, overrides                 dynamodb/backups/restores.py overridden
    a table as it was, point-in-time recovery            dynamodb/state/past.py items_at
    the pytest fixtures                                  testing/pytest_plugin.py condemu
"""

__version__ = "0.1.0"
