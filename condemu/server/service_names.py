"""The signing names of AWS's other services, as SDKs write them into a signature's scope (botocore's models; a test compares).

A name that is not here is taken for a mistake in a signature, which the service that is asked answers.
"""

from __future__ import annotations

from typing import Final

SIGNING_NAMES: Final = frozenset({
    "IoTSecuredTunneling", "access-analyzer", "account", "account-access", "acm", "acm-pca", "aco-automation",
    "agent-registry", "aidevops", "aiops", "airflow", "airflow-serverless", "amplify", "amplifybackend", "amplifyuibuilder",
    "aoss", "apigateway", "app-integrations", "appconfig", "appfabric", "appflow", "application-autoscaling",
    "application-cost-profiler", "application-signals", "applicationinsights", "appmesh", "apprunner", "appstream", "appsync",
    "aps", "arc-region-switch", "arc-zonal-shift", "artifact", "athena", "auditmanager", "autoscaling", "autoscaling-plans",
    "aws-marketplace", "awsssoportal", "b2bi", "backup", "backup-gateway", "backup-search", "batch", "bcm-dashboards",
    "bcm-data-exports", "bcm-pricing-calculator", "bcm-recommended-actions", "bedrock", "bedrock-agentcore", "billing",
    "billingconductor", "braket", "budgets", "cases", "cassandra", "ce", "chatbot", "chime", "cleanrooms", "cleanrooms-ml",
    "cloud9", "cloudcontrolapi", "clouddirectory", "cloudformation", "cloudfront", "cloudfront-keyvaluestore", "cloudhsm",
    "cloudsearch", "cloudtrail", "cloudtrail-data", "cloudwatch", "codeartifact", "codebuild", "codecatalyst", "codecommit",
    "codeconnections", "codedeploy", "codeguru-profiler", "codeguru-reviewer", "codeguru-security", "codepipeline",
    "codestar-connections", "codestar-notifications", "cognito-identity", "cognito-idp", "cognito-sync", "comprehend",
    "comprehendmedical", "compute-optimizer", "config", "connect", "connect-campaigns", "controlcatalog", "controltower",
    "cost-optimization-hub", "cur", "databrew", "dataexchange", "datapipeline", "datasync", "datazone", "dax", "deadline",
    "detective", "devicefarm", "devops-guru", "directconnect", "discovery", "dlm", "dms", "docdb-elastic", "drs", "ds",
    "ds-data", "dsql", "ebs", "ec2", "ec2-instance-connect", "ecr", "ecr-public", "ecs", "eks", "eks-auth", "elasticache",
    "elasticbeanstalk", "elasticfilesystem", "elasticloadbalancing", "elasticmapreduce", "elemental-inference",
    "emr-containers", "emr-serverless", "end-user-messaging", "entityresolution", "es", "events", "evs", "execute-api",
    "firehose", "fis", "fms", "forecast", "frauddetector", "freetier", "fsx", "gamelift", "gameliftstreams", "geo",
    "geo-maps", "geo-places", "geo-routes", "glacier", "globalaccelerator", "glue", "grafana", "greengrass", "groundstation",
    "guardduty", "health", "health-agent", "healthlake", "iam", "identitystore", "imagebuilder", "importexport", "inspector",
    "inspector-scan", "inspector2", "interconnect", "internetmonitor", "invoicing", "iot", "iot-jobs-data", "iotdata",
    "iotdeviceadvisor", "iotfleetwise", "iotmanagedintegrations", "iotsitewise", "iotthingsgraph", "iottwinmaker",
    "iotwireless", "ivs", "ivschat", "kafka", "kafkaconnect", "kendra", "kendra-ranking", "kinesis", "kinesisanalytics",
    "kinesisvideo", "kms", "lakeformation", "lambda", "launchwizard", "lex", "license-manager",
    "license-manager-linux-subscriptions", "license-manager-user-subscriptions", "lightsail", "logs", "lookoutequipment",
    "m2", "machinelearning", "macie2", "managedblockchain", "managedblockchain-query", "marketplacecommerceanalytics",
    "mediaconnect", "mediaconvert", "medialive", "mediapackage", "mediapackage-vod", "mediapackagev2", "mediastore",
    "mediatailor", "medical-imaging", "memorydb", "mgh", "mgn", "migrationhub-orchestrator", "migrationhub-strategy",
    "mobiletargeting", "monitoring", "mpa", "mq", "mturk-requester", "neptune-db", "neptune-graph", "network-firewall",
    "network-security-manager", "networkflowmonitor", "networkmanager", "networkmonitor", "notifications",
    "notifications-contacts", "nova-act", "oam", "observabilityadmin", "odb", "omics", "organizations", "osis", "outposts",
    "partnercentral", "partnercentral-account", "partnercentral-benefits", "partnercentral-channel", "partnercentral-selling",
    "payment-cryptography", "pca-connector-ad", "pca-connector-scep", "pcs", "personalize", "pi", "pipes", "polly", "pricing",
    "pricingplanmanager", "profile", "proton", "qapps", "qbusiness", "quicksight", "ram", "rbin", "rds", "rds-data",
    "redshift", "redshift-data", "redshift-serverless", "refactor-spaces", "rekognition", "repostspace", "resiliencehub",
    "resource-explorer-2", "resource-groups", "rolesanywhere", "route53", "route53-recovery-cluster",
    "route53-recovery-control-config", "route53-recovery-readiness", "route53domains", "route53globalresolver",
    "route53profiles", "route53resolver", "rtbfabric", "rum", "s3-object-lambda", "s3-outposts", "s3files", "s3tables",
    "s3vectors", "sagemaker", "sagemaker-geospatial", "savingsplans", "scheduler", "schemas", "scn", "secretsmanager",
    "security-ir", "securityagent", "securityhub", "securitylake", "serverlessrepo", "servicecatalog", "servicediscovery",
    "servicequotas", "ses", "shield", "signer", "signin", "sms-voice", "snow-device-management", "snowball", "sns",
    "social-messaging", "sqs", "ssm", "ssm-contacts", "ssm-guiconnect", "ssm-incidents", "ssm-quicksetup", "ssm-sap", "sso",
    "sso-oauth", "states", "storagegateway", "support", "supportapp", "supportauthz", "sustainability", "swf", "synthetics",
    "tagging", "tax", "textract", "thinclient", "timestream", "timestream-influxdb", "transcribe", "transfer", "translate",
    "trustedadvisor", "uxc", "verifiedpermissions", "voiceid", "vpc-lattice", "waf", "waf-regional", "wafv2",
    "wellarchitected", "wickr", "wisdom", "workdocs", "workmail", "workmailmessageflow", "workspaces", "workspaces-instances",
    "workspaces-web", "xray",
})  # fmt: skip
