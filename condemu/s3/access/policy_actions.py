"""The actions of S3's policies, on what they act, and the condition keys that each knows (Service Authorization Reference,
2026-10).

Made from AWS's published tables; a policy that names anything else is refused when it is put.
"""

from __future__ import annotations

from typing import Final

OBJECT_ACTIONS: Final = frozenset(
    """
    AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectAnnotation DeleteObjectTagging DeleteObjectVersion
    DeleteObjectVersionAnnotation DeleteObjectVersionTagging GetObject GetObjectAcl GetObjectAnnotation GetObjectAttributes
    GetObjectLegalHold GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl
    GetObjectVersionAnnotation GetObjectVersionAnnotationForReplication GetObjectVersionAttributes
    GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent InitiateReplication
    ListMultipartUploadParts ListObjectAnnotations ListObjectVersionAnnotations ObjectOwnerOverrideToBucketOwner PutObject
    PutObjectAcl PutObjectAnnotation PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl
    PutObjectVersionAnnotation PutObjectVersionTagging ReplicateDelete ReplicateObject ReplicateObjectAnnotation ReplicateTags
    RestoreObject UpdateObjectEncryption
    """.lower().split()
)
BUCKET_ACTIONS: Final = frozenset(
    """
    AllowVendedLogDeliveryForResource CreateBucket CreateBucketMetadataTableConfiguration DeleteBucket
    DeleteBucketMetadataTableConfiguration DeleteBucketPolicy DeleteBucketWebsite GetAccelerateConfiguration
    GetAnalyticsConfiguration GetBucketAbac GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging
    GetBucketMetadataTableConfiguration GetBucketNotification GetBucketObjectLockConfiguration GetBucketOwnershipControls
    GetBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging
    GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetIntelligentTieringConfiguration
    GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration GetReplicationConfiguration ListBucket
    ListBucketMultipartUploads ListBucketVersions ListTagsForResource PauseReplication PutAccelerateConfiguration
    PutAnalyticsConfiguration PutBucketAbac PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification
    PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock
    PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration
    PutIntelligentTieringConfiguration PutInventoryConfiguration PutLifecycleConfiguration PutMetricsConfiguration
    PutReplicationConfiguration TagResource UntagResource UpdateBucketMetadataAnnotationTableConfiguration
    UpdateBucketMetadataInventoryTableConfiguration UpdateBucketMetadataJournalTableConfiguration
    """.lower().split()
)
# Of accounts, access points, jobs and the like: real, but nothing that a bucket's policy could apply to.
OTHER_ACTIONS: Final = frozenset(
    """
    AssociateAccessGrantsIdentityCenter CreateAccessGrant CreateAccessGrantsInstance CreateAccessGrantsLocation
    CreateAccessPoint CreateAccessPointForObjectLambda CreateJob CreateMultiRegionAccessPoint CreateStorageLensGroup
    DeleteAccessGrant DeleteAccessGrantsInstance DeleteAccessGrantsInstanceResourcePolicy DeleteAccessGrantsLocation
    DeleteAccessPoint DeleteAccessPointForObjectLambda DeleteAccessPointPolicy DeleteAccessPointPolicyForObjectLambda
    DeleteJobTagging DeleteMultiRegionAccessPoint DeleteStorageLensConfiguration DeleteStorageLensConfigurationTagging
    DeleteStorageLensGroup DescribeJob DescribeMultiRegionAccessPointOperation DissociateAccessGrantsIdentityCenter
    GetAccessGrant GetAccessGrantsInstance GetAccessGrantsInstanceForPrefix GetAccessGrantsInstanceResourcePolicy
    GetAccessGrantsLocation GetAccessPoint GetAccessPointConfigurationForObjectLambda GetAccessPointForObjectLambda
    GetAccessPointPolicy GetAccessPointPolicyForObjectLambda GetAccessPointPolicyStatus
    GetAccessPointPolicyStatusForObjectLambda GetAccountPublicAccessBlock GetDataAccess GetJobTagging
    GetMultiRegionAccessPoint GetMultiRegionAccessPointPolicy GetMultiRegionAccessPointPolicyStatus
    GetMultiRegionAccessPointRoutes GetStorageLensConfiguration GetStorageLensConfigurationTagging GetStorageLensDashboard
    GetStorageLensGroup ListAccessGrants ListAccessGrantsInstances ListAccessGrantsLocations ListAccessPoints
    ListAccessPointsForObjectLambda ListAllMyBuckets ListCallerAccessGrants ListJobs ListMultiRegionAccessPoints
    ListStorageLensConfigurations ListStorageLensGroups PutAccessGrantsInstanceResourcePolicy
    PutAccessPointConfigurationForObjectLambda PutAccessPointPolicy PutAccessPointPolicyForObjectLambda
    PutAccessPointPublicAccessBlock PutAccountPublicAccessBlock PutJobTagging PutMultiRegionAccessPointPolicy
    PutStorageLensConfiguration PutStorageLensConfigurationTagging SubmitMultiRegionAccessPointRoutes
    UpdateAccessGrantsLocation UpdateJobPriority UpdateJobStatus UpdateStorageLensGroup
    """.lower().split()
)
ALL_ACTIONS: Final = OBJECT_ACTIONS | BUCKET_ACTIONS | OTHER_ACTIONS

# Known to every action. A name that ends with a slash goes on with the key of a tag.
COMMON_KEYS: Final = frozenset(
    """
    s3:accessgrantsinstancearn s3:accesspointnetworkorigin s3:accesspointtag/ s3:authtype s3:buckettag/
    s3:dataaccesspointaccount s3:dataaccesspointarn s3:resourceaccount s3:signatureage s3:signatureversion s3:tlsversion
    s3:x-amz-content-sha256
    """.lower().split()
)
# key -> the actions that know it, for all others
_ACTIONS_OF: Final = {
    "s3:deliverysourcearn s3:logtype s3:resourcearnbeingauthorized": "AllowVendedLogDeliveryForResource",
    "s3:destinationregion": "PauseReplication",
    "s3:existingobjecttag/": (
        "DeleteObjectAnnotation DeleteObjectTagging DeleteObjectVersionAnnotation DeleteObjectVersionTagging GetObject "
        "GetObjectAcl GetObjectAnnotation GetObjectAttributes GetObjectTagging GetObjectVersion GetObjectVersionAcl "
        "GetObjectVersionAnnotation GetObjectVersionAttributes GetObjectVersionTagging ListObjectAnnotations "
        "ListObjectVersionAnnotations PutObjectAcl PutObjectAnnotation PutObjectTagging PutObjectVersionAcl "
        "PutObjectVersionAnnotation PutObjectVersionTagging UpdateObjectEncryption"
    ),
    "s3:if-match": "DeleteObject PutObject",
    "s3:inventoryaccessibleoptionalfields": "PutInventoryConfiguration",
    "s3:isreplicationpauserequest": "PutReplicationConfiguration",
    "s3:annotation-prefix s3:max-annotation-results": "ListObjectAnnotations ListObjectVersionAnnotations",
    "s3:delimiter s3:max-keys s3:prefix": "ListBucket ListBucketVersions",
    "s3:object-lock-event-hold s3:object-lock-event-hold-duration-days": ("PutObject PutObjectRetention ReplicateObject"),
    "s3:object-lock-legal-hold": "PutObject PutObjectLegalHold",
    "s3:object-lock-mode s3:object-lock-remaining-retention-days s3:object-lock-retain-until-date": (
        "PutObject PutObjectRetention"
    ),
    "s3:requestobjecttag/ s3:requestobjecttagkeys": (
        "BypassGovernanceRetention PutObject PutObjectTagging PutObjectVersionTagging"
    ),
    "s3:versionid": (
        "DeleteObjectVersion DeleteObjectVersionAnnotation DeleteObjectVersionTagging GetObjectVersion "
        "GetObjectVersionAcl GetObjectVersionAnnotation GetObjectVersionAttributes GetObjectVersionTagging "
        "GetObjectVersionTorrent ListObjectVersionAnnotations PutObjectVersionAcl PutObjectVersionAnnotation "
        "PutObjectVersionTagging"
    ),
    "s3:locationconstraint s3:x-amz-bucket-namespace s3:x-amz-object-ownership": "CreateBucket",
    "s3:x-amz-copy-source s3:x-amz-metadata-directive s3:x-amz-website-redirect-location": (
        "BypassGovernanceRetention PutObject"
    ),
    (
        "s3:x-amz-acl s3:x-amz-grant-full-control s3:x-amz-grant-read s3:x-amz-grant-read-acp s3:x-amz-grant-write "
        "s3:x-amz-grant-write-acp"
    ): ("BypassGovernanceRetention PutObject PutObjectAcl PutObjectVersionAcl CreateBucket PutBucketAcl"),
    "s3:if-none-match s3:objectcreationoperation s3:x-amz-object-annotation-directive": "PutObject",
    "s3:x-amz-object-if-match": (
        "DeleteObjectAnnotation DeleteObjectVersionAnnotation PutObjectAnnotation PutObjectVersionAnnotation"
    ),
    "s3:x-amz-server-side-encryption s3:x-amz-server-side-encryption-aws-kms-key-id": (
        "BypassGovernanceRetention PutObject ReplicateObject UpdateObjectEncryption"
    ),
    "s3:x-amz-server-side-encryption-customer-algorithm": "BypassGovernanceRetention PutObject ReplicateObject",
    "s3:x-amz-storage-class": "BypassGovernanceRetention PutObject PutObjectAcl PutObjectVersionAcl",
}


def _keys_by_action() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for keys, actions in _ACTIONS_OF.items():
        for action in actions.lower().split():
            found.setdefault(action, set()).update(keys.split())
    return {action: frozenset(keys) for action, keys in found.items()}


ACTION_KEYS: Final = _keys_by_action()
KNOWN_KEYS: Final = COMMON_KEYS.union(*ACTION_KEYS.values())
