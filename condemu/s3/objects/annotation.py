"""GetObjectAnnotation and ListObjectAnnotations of objects that have none: PutObjectAnnotation is not implemented.

The texts are the model's (botocore); the list's form is inferred from it.
"""

from __future__ import annotations

from typing import Any, Final

from condemu.core.errors import ServiceError
from condemu.core.store import Txn
from condemu.s3.errors.general import NO_SUCH_ANNOTATION
from condemu.s3.objects.subjects import shown_id, version_of
from condemu.s3.requests.request import S3Request

MOST: Final = 1000  # annotations in an answer
LISTED: Final = ("Annotations", "Bucket", "Key", "AnnotationPrefix", "MaxAnnotationResults", "AnnotationCount")


def get_object_annotation(txn: Txn, request: S3Request) -> dict[str, Any]:
    version_of(txn, request)
    raise ServiceError(NO_SUCH_ANNOTATION, because="condemu keeps no annotations")


def list_object_annotations(txn: Txn, request: S3Request) -> dict[str, Any]:
    version = version_of(txn, request)
    return {
        "Annotations": {},
        "Bucket": request.bucket,
        "Key": request.key,
        "ObjectVersionId": shown_id(txn, request, version),
        "AnnotationPrefix": request["AnnotationPrefix"],
        "MaxAnnotationResults": request["MaxAnnotationResults"] or MOST,
        "AnnotationCount": 0,
    }
