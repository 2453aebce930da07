"""S3's answers to requests that are believed but not allowed, and to policies that are none.

AccessDenied tells callers from the bucket owner's own account why, and everybody else nothing (S3 User Guide, "Troubleshoot
access denied (403 Forbidden) errors"). Which texts of MalformedPolicy are recorded stands beside them.
"""

from __future__ import annotations

from typing import Final

from condemu.auth import policy_grammar as grammar
from condemu.core.errors import ErrorRow

_USER: Final = 'User: {User} is not authorized to perform: {Action} on resource: "{Resource}" '

EXPLICITLY_DENIED: Final = ErrorRow("AccessDenied", 403, _USER + "with an explicit deny in {Policy}")
IMPLICITLY_DENIED: Final = ErrorRow("AccessDenied", 403, _USER + "because no {Policy} allows the {Action} action")
PUBLIC_POLICY_BLOCKED: Final = ErrorRow(
    "AccessDenied",
    403,
    _USER + "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
)
PUBLIC_ACL_BLOCKED: Final = ErrorRow(
    "AccessDenied",
    403,
    _USER + "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.",
)
ANONYMOUS_REFUSED: Final = ErrorRow(  # third-party
    "AccessDenied", 403, "Anonymous users cannot invoke this API. Please authenticate."
)
ANONYMOUS_MULTIPART: Final = ErrorRow(  # third-party
    "AccessDenied", 403, "Anonymous users cannot initiate multipart uploads. Please authenticate."
)
ANONYMOUS_COPY: Final = ErrorRow(  # third-party
    "AccessDenied", 403, "Anonymous users cannot copy objects. Please authenticate."
)
NOT_AN_ACCOUNT: Final = ErrorRow(
    "InvalidBucketOwnerAWSAccountID",
    400,
    "The value of the expected bucket owner parameter must be an AWS Account ID... [{Value}]",
)
NO_BUCKET_POLICY: Final = ErrorRow("NoSuchBucketPolicy", 404, "The bucket policy does not exist", ("BucketName",))


def _malformed(message: str) -> ErrorRow:
    return ErrorRow("MalformedPolicy", 400, message)


POLICY_FIRST_BYTE: Final = _malformed("Policies must be valid JSON and the first byte must be '{{'")  # recorded
POLICY_JSON: Final = _malformed("This policy contains invalid Json")  # third-party
POLICY_SYNTAX: Final = _malformed("Invalid policy syntax.")  # reported
POLICY_SIZE: Final = _malformed("Normalized policy document exceeds the maximum allowed size of {Limit} bytes")  # seen on AWS
POLICY_VERSION: Final = _malformed("The policy must contain a valid version string")  # third-party
POLICY_NO_STATEMENT: Final = _malformed("Could not parse the policy: Statement is empty!")  # third-party
POLICY_MISSING: Final = _malformed("Missing required field {Field}")  # recorded of Statement
POLICY_EFFECT: Final = _malformed("Invalid effect: {Effect}")  # third-party
POLICY_PRINCIPAL: Final = _malformed("Invalid principal in policy")  # documented
POLICY_ACTION: Final = _malformed("Policy has invalid action")  # reported
POLICY_RESOURCE: Final = _malformed("Policy has invalid resource")  # reported
POLICY_ACTION_RESOURCE: Final = _malformed("Action does not apply to any resource(s) in statement")  # seen on AWS
POLICY_OPERATOR: Final = _malformed("Invalid Condition type : {Operator}")  # third-party
POLICY_KEY: Final = _malformed("Policy has an invalid condition key")  # reported
POLICY_KEY_ACTION: Final = _malformed(  # seen on AWS
    "Conditions do not apply to combination of actions and resources in statement"
)
POLICY_ADDRESS: Final = _malformed("Invalid IP address in Conditions")  # third-party
POLICY_VALUE: Final = _malformed("Invalid value in Conditions for operator {Operator}")  # third-party, weak

POLICY_ROWS: Final = {
    grammar.FIRST_BYTE: POLICY_FIRST_BYTE,
    grammar.JSON: POLICY_JSON,
    grammar.SYNTAX: POLICY_SYNTAX,
    grammar.SIZE: POLICY_SIZE,
    grammar.VERSION: POLICY_VERSION,
    grammar.NO_STATEMENT: POLICY_NO_STATEMENT,
    grammar.MISSING: POLICY_MISSING,
    grammar.EFFECT: POLICY_EFFECT,
    grammar.PRINCIPAL: POLICY_PRINCIPAL,
    grammar.ACTION: POLICY_ACTION,
    grammar.RESOURCE: POLICY_RESOURCE,
    grammar.ACTION_RESOURCE: POLICY_ACTION_RESOURCE,
    grammar.OPERATOR: POLICY_OPERATOR,
    grammar.KEY: POLICY_KEY,
    grammar.KEY_ACTION: POLICY_KEY_ACTION,
    grammar.ADDRESS: POLICY_ADDRESS,
    grammar.VALUE: POLICY_VALUE,
}
