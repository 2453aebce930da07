"""Every answer of SimpleDB that refuses.

Texts are those that live clients logged, where such a log is known, else those of the Developer Guide (API 2009-04-15, "API Error
Codes" and the pages of the operations). The guide often ends a text with a period that the service does not send.
"""

from __future__ import annotations

from typing import Final

from condemu.core.errors import ErrorRow

# The condition of a PutAttributes or DeleteAttributes
CONDITIONAL_CHECK_FAILED_EXISTS: Final = ErrorRow(  # logged by clients; the guide adds a period
    "ConditionalCheckFailed", 409, "Conditional check failed. Attribute ({Name}) value exists"
)
CONDITIONAL_CHECK_FAILED_VALUE: Final = ErrorRow(  # recorded 2011-10
    "ConditionalCheckFailed",
    409,
    "Conditional check failed. Attribute ({Name}) value is ({Value}) but was expected ({Expected})",
)
ATTRIBUTE_DOES_NOT_EXIST: Final = ErrorRow("AttributeDoesNotExist", 404, "Attribute ({Name}) does not exist")
MULTI_VALUED_ATTRIBUTE: Final = ErrorRow(
    "MultiValuedAttribute",
    409,
    "Attribute ({Name}) is multi-valued. Conditional check can only be performed on a single-valued attribute",
)
INCOMPLETE_EXPECTED_VALUES: Final = ErrorRow(  # recorded 2011-10; the guide calls the code IncompleteExpectedExpression
    "IncompleteExpectedValues",
    400,
    "If Expected.Exists = True or unspecified, then Expected.Value has to be specified",
)
EXISTS_AND_EXPECTED_VALUE: Final = ErrorRow(
    "ExistsAndExpectedValue", 400, "Expected.Exists=false and Expected.Value cannot be specified together"
)
MULTIPLE_EXPECTED_NAMES: Final = ErrorRow("MultipleExpectedNames", 400, "Only one Expected.Name can be specified")
MULTIPLE_EXPECTED_VALUES: Final = ErrorRow("MultipleExpectedValues", 400, "Only one Expected.Value can be specified")
MULTIPLE_EXISTS_CONDITIONS: Final = ErrorRow("MultipleExistsConditions", 400, "Only one Exists condition can be specified")

# What a request has to contain
MISSING_PARAMETER: Final = ErrorRow("MissingParameter", 400, "The request must contain the parameter {Parameter}")
NO_ATTRIBUTES: Final = ErrorRow("MissingParameter", 400, "No attributes")
NO_ATTRIBUTES_FOR_ITEM: Final = ErrorRow("MissingParameter", 400, "No attributes for item ='{Item}'.")
ATTRIBUTE_VALUE_MISSING: Final = ErrorRow("MissingParameter", 400, "Attribute.Value missing for Attribute.Name='{Name}'")
ATTRIBUTE_NAME_MISSING: Final = ErrorRow("MissingParameter", 400, "Attribute.Name missing for Attribute.Value='{Value}'")
VALUE_WITHOUT_NAME: Final = ErrorRow(
    "MissingParameter", 400, "The request must contain the attribute Name, if an attribute Value is specified."
)

# What its values have to be
INVALID_DOMAIN_NAME: Final = ErrorRow(  # the blank at the end is the service's
    "InvalidParameterValue", 400, "Value ({Value}) for parameter DomainName is invalid. "
)
INVALID_PARAMETER_VALUE: Final = ErrorRow(
    "InvalidParameterValue", 400, "Value ({Value}) for parameter {Parameter} is invalid. {Reason}"
)
VALUE_TOO_LONG: Final = ErrorRow(
    "InvalidParameterValue", 400, "Value ({Value}) for parameter {Parameter} is invalid. Value exceeds maximum length of 1024."
)
ITEM_NAME_TOO_LONG: Final = ErrorRow(  # "max", not "maximum", and "Item", not "ItemName"
    "InvalidParameterValue", 400, "Value ({Value}) for parameter Item is invalid. Value exceeds max length of 1024."
)
EMPTY_ATTRIBUTE_NAME: Final = ErrorRow(  # no blank after the period
    "InvalidParameterValue", 400, "Value () for parameter Name is invalid.The empty string is an illegal attribute name"
)
EMPTY_ITEM_NAME: Final = ErrorRow(  # inferred: AWS's text is not known
    "InvalidParameterValue", 400, "Value () for parameter ItemName is invalid. The empty string is an illegal item name"
)
INVALID_REPLACE: Final = ErrorRow(
    "InvalidParameterValue",
    400,
    "Value ({Value}) for parameter Replace is invalid. The Replace flag should be either true or false.",
)
INVALID_EXISTS: Final = ErrorRow(
    "InvalidParameterValue",
    400,
    "Value ({Value}) for parameter Expected.Exists is invalid. Expected.Exists should be either true or false.",
)
INVALID_CONSISTENT_READ: Final = ErrorRow(
    "InvalidParameterValue",
    400,
    "Value ({Value}) for parameter ConsistentRead is invalid. The ConsistentRead flag should be either true or false.",
)
OUT_OF_RANGE: Final = ErrorRow(
    "InvalidParameterValue",
    400,
    "Value ({Value}) for parameter {Parameter} is invalid. {Parameter} must be between 1 and {Most}.",
)
INVALID_NEXT_TOKEN: Final = ErrorRow("InvalidNextToken", 400, "The specified next token is not valid.")
INVALID_WSDL_VERSION: Final = ErrorRow(
    "InvalidWSDLVersion",
    400,
    "Parameter ({Parameter}) is only supported in WSDL version 2009-04-15 or beyond. Please upgrade to new version",
)
DUPLICATE_ITEM_NAME: Final = ErrorRow("DuplicateItemName", 400, "Item {Item} was specified more than once.")
FEATURE_DEPRECATED: Final = ErrorRow("FeatureDeprecated", 400, "The replace flag must be specified per attribute, not per item.")

# Domains and limits
NO_SUCH_DOMAIN: Final = ErrorRow("NoSuchDomain", 400, "The specified domain does not exist.")
NUMBER_DOMAINS_EXCEEDED: Final = ErrorRow("NumberDomainsExceeded", 409, "The domain limit was exceeded.")
DELETE_CONFLICT: Final = ErrorRow("DeleteConflictException", 409, "Cannot delete domain due to a PENDING or IN_PROGRESS export.")
NUMBER_DOMAIN_ATTRIBUTES_EXCEEDED: Final = ErrorRow("NumberDomainAttributesExceeded", 409, "Too many attributes in this domain.")
NUMBER_DOMAIN_BYTES_EXCEEDED: Final = ErrorRow("NumberDomainBytesExceeded", 409, "Too many bytes in this domain.")
NUMBER_ITEM_ATTRIBUTES_EXCEEDED: Final = ErrorRow("NumberItemAttributesExceeded", 409, "Too many attributes in this item.")
NUMBER_SUBMITTED_ATTRIBUTES_EXCEEDED: Final = ErrorRow(
    "NumberSubmittedAttributesExceeded", 409, "Too many attributes in a single call."
)
NUMBER_SUBMITTED_ATTRIBUTES_OF_ITEM_EXCEEDED: Final = ErrorRow(
    "NumberSubmittedAttributesExceeded",
    409,
    "Too many attributes for item {Item} in a single call. Up to 256 attributes per call allowed.",
)
NUMBER_SUBMITTED_ITEMS_EXCEEDED: Final = ErrorRow(
    "NumberSubmittedItemsExceeded", 409, "Too many items in a single call. Up to 25 items per call allowed."
)

# Select
INVALID_QUERY_EXPRESSION: Final = ErrorRow("InvalidQueryExpression", 400, "The specified query expression syntax is not valid.")
INVALID_SORT_EXPRESSION: Final = ErrorRow(  # recorded; the guide lacks the first sentence
    "InvalidSortExpression",
    400,
    "Invalid sort expression. The sort attribute must be present in at least one of the predicates, "
    "and the predicate cannot contain the is null operator.",
)
INVALID_NUMBER_PREDICATES: Final = ErrorRow("InvalidNumberPredicates", 400, "Too many predicates in the query expression.")
INVALID_NUMBER_VALUE_TESTS: Final = ErrorRow(
    "InvalidNumberValueTests", 400, "Too many value tests per predicate in the query expression."
)
TOO_MANY_REQUESTED_ATTRIBUTES: Final = ErrorRow("TooManyRequestedAttributes", 400, "Too many attributes requested.")

# The protocol
MISSING_ACTION: Final = ErrorRow("MissingAction", 400, "No action was supplied with this request.")
INVALID_ACTION: Final = ErrorRow("InvalidAction", 400, "The action {Action} is not valid for this web service.")
NO_SUCH_VERSION: Final = ErrorRow(
    "NoSuchVersion", 400, "The requested version ({Version}) of service AmazonSimpleDB does not exist."
)
INVALID_HTTP_REQUEST: Final = ErrorRow("InvalidHttpRequest", 400, "The HTTP request is invalid. Reason: {Reason}.")
INVALID_URI: Final = ErrorRow("InvalidURI", 400, "The URI {URI} is not valid.")
UNSUPPORTED_HTTP_VERB: Final = ErrorRow("UnsupportedHttpVerb", 400, "The requested HTTP verb is not supported: {Verb}")

# Identity
AUTH_FAILURE: Final = ErrorRow(  # recorded 2016 and 2017; the guide has 403 AuthMissingFailure
    "AuthFailure", 401, "AWS was not able to authenticate the request: access credentials are missing"
)
INVALID_CLIENT_TOKEN_ID: Final = ErrorRow(
    "InvalidClientTokenId", 403, "The AWS Access Key Id you provided does not exist in our records."
)
SIGNATURE_DOES_NOT_MATCH: Final = ErrorRow(
    "SignatureDoesNotMatch",
    403,
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
    "signing method. Consult the service documentation for details.",
)
INVALID_SIGNATURE_VERSION: Final = ErrorRow(
    "InvalidParameterValue",
    400,
    "Value ({Value}) for parameter SignatureVersion is invalid. Valid Signature versions are 0, 1 and 2",
)
INCOMPLETE_SIGNATURE: Final = ErrorRow("IncompleteSignature", 400, "The request signature does not conform to AWS standards.")
REQUEST_EXPIRED: Final = ErrorRow("RequestExpired", 400, "Request has expired. {Parameter} date is {Date}")
AUTHORIZATION_FAILURE: Final = ErrorRow(  # recorded; not in the guide
    "AuthorizationFailure",
    403,
    "Session does not have permission to perform (sdb:{Action}) on resource ({Resource}). Contact account owner.",
)

# Rows whose answer is the front door's, not the data service's: they carry no BoxUsage.
WITHOUT_BOX_USAGE: Final = frozenset({
    AUTH_FAILURE, INVALID_CLIENT_TOKEN_ID, SIGNATURE_DOES_NOT_MATCH, INVALID_SIGNATURE_VERSION, INCOMPLETE_SIGNATURE,
    REQUEST_EXPIRED, MISSING_ACTION, INVALID_ACTION, NO_SUCH_VERSION, INVALID_HTTP_REQUEST, INVALID_URI, UNSUPPORTED_HTTP_VERB,
})  # fmt: skip
