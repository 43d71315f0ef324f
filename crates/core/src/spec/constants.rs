// Generated from proto/awskms/v1/*.proto by `cargo xtask generate`.
//! Names, defaults and limits of the definition.

/// Names of properties, as programs write them.
pub mod names {
    /// `access`
    pub const ACCESS: &str = "access";
    /// `accessKey`
    pub const ACCESS_KEY: &str = "accessKey";
    /// `account`
    pub const ACCOUNT: &str = "account";
    /// `accountAccess`
    pub const ACCOUNT_ACCESS: &str = "accountAccess";
    /// `additionalStatements`
    pub const ADDITIONAL_STATEMENTS: &str = "additionalStatements";
    /// `adminRole`
    pub const ADMIN_ROLE: &str = "adminRole";
    /// `adminRoles`
    pub const ADMIN_ROLES: &str = "adminRoles";
    /// `adopt`
    pub const ADOPT: &str = "adopt";
    /// `alias`
    pub const ALIAS: &str = "alias";
    /// `aliasArn`
    pub const ALIAS_ARN: &str = "aliasArn";
    /// `aliasName`
    pub const ALIAS_NAME: &str = "aliasName";
    /// `aliases`
    pub const ALIASES: &str = "aliases";
    /// `allowedAccountIds`
    pub const ALLOWED_ACCOUNT_IDS: &str = "allowedAccountIds";
    /// `annotations`
    pub const ANNOTATIONS: &str = "annotations";
    /// `apiVersion`
    pub const API_VERSION: &str = "apiVersion";
    /// `asError`
    pub const AS_ERROR: &str = "asError";
    /// `assumeRoleWithWebIdentity`
    pub const ASSUME_ROLE_WITH_WEB_IDENTITY: &str = "assumeRoleWithWebIdentity";
    /// `assumeRoles`
    pub const ASSUME_ROLES: &str = "assumeRoles";
    /// `bypassPolicyLockoutSafetyCheck`
    pub const BYPASS_POLICY_LOCKOUT_SAFETY_CHECK: &str = "bypassPolicyLockoutSafetyCheck";
    /// `creationDate`
    pub const CREATION_DATE: &str = "creationDate";
    /// `customKeyStoreId`
    pub const CUSTOM_KEY_STORE_ID: &str = "customKeyStoreId";
    /// `defaultTags`
    pub const DEFAULT_TAGS: &str = "defaultTags";
    /// `deletionDate`
    pub const DELETION_DATE: &str = "deletionDate";
    /// `deletionGuard`
    pub const DELETION_GUARD: &str = "deletionGuard";
    /// `deletionOnlyBy`
    pub const DELETION_ONLY_BY: &str = "deletionOnlyBy";
    /// `deletionPolicy`
    pub const DELETION_POLICY: &str = "deletionPolicy";
    /// `deletionWindowDays`
    pub const DELETION_WINDOW_DAYS: &str = "deletionWindowDays";
    /// `description`
    pub const DESCRIPTION: &str = "description";
    /// `disableKeyRotation`
    pub const DISABLE_KEY_ROTATION: &str = "disableKeyRotation";
    /// `durationSeconds`
    pub const DURATION_SECONDS: &str = "durationSeconds";
    /// `enableRotation`
    pub const ENABLE_ROTATION: &str = "enableRotation";
    /// `enabled`
    pub const ENABLED: &str = "enabled";
    /// `encryptionContext`
    pub const ENCRYPTION_CONTEXT: &str = "encryptionContext";
    /// `endpoint`
    pub const ENDPOINT: &str = "endpoint";
    /// `endpoints`
    pub const ENDPOINTS: &str = "endpoints";
    /// `env`
    pub const ENV: &str = "env";
    /// `externalId`
    pub const EXTERNAL_ID: &str = "externalId";
    /// `forbiddenAccountIds`
    pub const FORBIDDEN_ACCOUNT_IDS: &str = "forbiddenAccountIds";
    /// `id`
    pub const ID: &str = "id";
    /// `ignore`
    pub const IGNORE: &str = "ignore";
    /// `ignoreTags`
    pub const IGNORE_TAGS: &str = "ignoreTags";
    /// `keyArn`
    pub const KEY_ARN: &str = "keyArn";
    /// `keyId`
    pub const KEY_ID: &str = "keyId";
    /// `keyPrefixes`
    pub const KEY_PREFIXES: &str = "keyPrefixes";
    /// `keySpec`
    pub const KEY_SPEC: &str = "keySpec";
    /// `keyState`
    pub const KEY_STATE: &str = "keyState";
    /// `keyUsage`
    pub const KEY_USAGE: &str = "keyUsage";
    /// `keys`
    pub const KEYS: &str = "keys";
    /// `kind`
    pub const KIND: &str = "kind";
    /// `kms`
    pub const KMS: &str = "kms";
    /// `labels`
    pub const LABELS: &str = "labels";
    /// `lints`
    pub const LINTS: &str = "lints";
    /// `maxRetries`
    pub const MAX_RETRIES: &str = "maxRetries";
    /// `metadata`
    pub const METADATA: &str = "metadata";
    /// `minIdleDays`
    pub const MIN_IDLE_DAYS: &str = "minIdleDays";
    /// `minimumDeletionWindowDays`
    pub const MINIMUM_DELETION_WINDOW_DAYS: &str = "minimumDeletionWindowDays";
    /// `multiRegion`
    pub const MULTI_REGION: &str = "multiRegion";
    /// `name`
    pub const NAME: &str = "name";
    /// `noPolicyBypass`
    pub const NO_POLICY_BYPASS: &str = "noPolicyBypass";
    /// `onUnknown`
    pub const ON_UNKNOWN: &str = "onUnknown";
    /// `operations`
    pub const OPERATIONS: &str = "operations";
    /// `org`
    pub const ORG: &str = "org";
    /// `organization`
    pub const ORGANIZATION: &str = "organization";
    /// `origin`
    pub const ORIGIN: &str = "origin";
    /// `outputs`
    pub const OUTPUTS: &str = "outputs";
    /// `paths`
    pub const PATHS: &str = "paths";
    /// `policy`
    pub const POLICY: &str = "policy";
    /// `policyArns`
    pub const POLICY_ARNS: &str = "policyArns";
    /// `policyDocument`
    pub const POLICY_DOCUMENT: &str = "policyDocument";
    /// `policyJson`
    pub const POLICY_JSON: &str = "policyJson";
    /// `primaryRegion`
    pub const PRIMARY_REGION: &str = "primaryRegion";
    /// `profile`
    pub const PROFILE: &str = "profile";
    /// `protect`
    pub const PROTECT: &str = "protect";
    /// `publicKey`
    pub const PUBLIC_KEY: &str = "publicKey";
    /// `reason`
    pub const REASON: &str = "reason";
    /// `region`
    pub const REGION: &str = "region";
    /// `replacementPolicy`
    pub const REPLACEMENT_POLICY: &str = "replacementPolicy";
    /// `replicaKeys`
    pub const REPLICA_KEYS: &str = "replicaKeys";
    /// `replicas`
    pub const REPLICAS: &str = "replicas";
    /// `resources`
    pub const RESOURCES: &str = "resources";
    /// `retryMode`
    pub const RETRY_MODE: &str = "retryMode";
    /// `roleArn`
    pub const ROLE_ARN: &str = "roleArn";
    /// `roleSuffix`
    pub const ROLE_SUFFIX: &str = "roleSuffix";
    /// `roles`
    pub const ROLES: &str = "roles";
    /// `rotateOnDemandTrigger`
    pub const ROTATE_ON_DEMAND_TRIGGER: &str = "rotateOnDemandTrigger";
    /// `rotationEnabled`
    pub const ROTATION_ENABLED: &str = "rotationEnabled";
    /// `rotationPeriodDays`
    pub const ROTATION_PERIOD_DAYS: &str = "rotationPeriodDays";
    /// `rule`
    pub const RULE: &str = "rule";
    /// `secretKey`
    pub const SECRET_KEY: &str = "secretKey";
    /// `service`
    pub const SERVICE: &str = "service";
    /// `services`
    pub const SERVICES: &str = "services";
    /// `sessionName`
    pub const SESSION_NAME: &str = "sessionName";
    /// `sharedConfigFiles`
    pub const SHARED_CONFIG_FILES: &str = "sharedConfigFiles";
    /// `sharedCredentialsFiles`
    pub const SHARED_CREDENTIALS_FILES: &str = "sharedCredentialsFiles";
    /// `sid`
    pub const SID: &str = "sid";
    /// `skipOwnerMark`
    pub const SKIP_OWNER_MARK: &str = "skipOwnerMark";
    /// `skipRegionValidation`
    pub const SKIP_REGION_VALIDATION: &str = "skipRegionValidation";
    /// `skipRequestingAccountId`
    pub const SKIP_REQUESTING_ACCOUNT_ID: &str = "skipRequestingAccountId";
    /// `sources`
    pub const SOURCES: &str = "sources";
    /// `spec`
    pub const SPEC: &str = "spec";
    /// `status`
    pub const STATUS: &str = "status";
    /// `sts`
    pub const STS: &str = "sts";
    /// `tags`
    pub const TAGS: &str = "tags";
    /// `tagsAll`
    pub const TAGS_ALL: &str = "tagsAll";
    /// `token`
    pub const TOKEN: &str = "token";
    /// `trustedAccounts`
    pub const TRUSTED_ACCOUNTS: &str = "trustedAccounts";
    /// `usageRoles`
    pub const USAGE_ROLES: &str = "usageRoles";
    /// `useDualstackEndpoint`
    pub const USE_DUALSTACK_ENDPOINT: &str = "useDualstackEndpoint";
    /// `useFipsEndpoint`
    pub const USE_FIPS_ENDPOINT: &str = "useFipsEndpoint";
    /// `via`
    pub const VIA: &str = "via";
    /// `waitForReplicas`
    pub const WAIT_FOR_REPLICAS: &str = "waitForReplicas";
    /// `webIdentityToken`
    pub const WEB_IDENTITY_TOKEN: &str = "webIdentityToken";
    /// `webIdentityTokenFile`
    pub const WEB_IDENTITY_TOKEN_FILE: &str = "webIdentityTokenFile";
    /// `xksKeyId`
    pub const XKS_KEY_ID: &str = "xksKeyId";

    /// Every name.
    pub const ALL: &[&str] = &[
        ACCESS,
        ACCESS_KEY,
        ACCOUNT,
        ACCOUNT_ACCESS,
        ADDITIONAL_STATEMENTS,
        ADMIN_ROLE,
        ADMIN_ROLES,
        ADOPT,
        ALIAS,
        ALIAS_ARN,
        ALIAS_NAME,
        ALIASES,
        ALLOWED_ACCOUNT_IDS,
        ANNOTATIONS,
        API_VERSION,
        AS_ERROR,
        ASSUME_ROLE_WITH_WEB_IDENTITY,
        ASSUME_ROLES,
        BYPASS_POLICY_LOCKOUT_SAFETY_CHECK,
        CREATION_DATE,
        CUSTOM_KEY_STORE_ID,
        DEFAULT_TAGS,
        DELETION_DATE,
        DELETION_GUARD,
        DELETION_ONLY_BY,
        DELETION_POLICY,
        DELETION_WINDOW_DAYS,
        DESCRIPTION,
        DISABLE_KEY_ROTATION,
        DURATION_SECONDS,
        ENABLE_ROTATION,
        ENABLED,
        ENCRYPTION_CONTEXT,
        ENDPOINT,
        ENDPOINTS,
        ENV,
        EXTERNAL_ID,
        FORBIDDEN_ACCOUNT_IDS,
        ID,
        IGNORE,
        IGNORE_TAGS,
        KEY_ARN,
        KEY_ID,
        KEY_PREFIXES,
        KEY_SPEC,
        KEY_STATE,
        KEY_USAGE,
        KEYS,
        KIND,
        KMS,
        LABELS,
        LINTS,
        MAX_RETRIES,
        METADATA,
        MIN_IDLE_DAYS,
        MINIMUM_DELETION_WINDOW_DAYS,
        MULTI_REGION,
        NAME,
        NO_POLICY_BYPASS,
        ON_UNKNOWN,
        OPERATIONS,
        ORG,
        ORGANIZATION,
        ORIGIN,
        OUTPUTS,
        PATHS,
        POLICY,
        POLICY_ARNS,
        POLICY_DOCUMENT,
        POLICY_JSON,
        PRIMARY_REGION,
        PROFILE,
        PROTECT,
        PUBLIC_KEY,
        REASON,
        REGION,
        REPLACEMENT_POLICY,
        REPLICA_KEYS,
        REPLICAS,
        RESOURCES,
        RETRY_MODE,
        ROLE_ARN,
        ROLE_SUFFIX,
        ROLES,
        ROTATE_ON_DEMAND_TRIGGER,
        ROTATION_ENABLED,
        ROTATION_PERIOD_DAYS,
        RULE,
        SECRET_KEY,
        SERVICE,
        SERVICES,
        SESSION_NAME,
        SHARED_CONFIG_FILES,
        SHARED_CREDENTIALS_FILES,
        SID,
        SKIP_OWNER_MARK,
        SKIP_REGION_VALIDATION,
        SKIP_REQUESTING_ACCOUNT_ID,
        SOURCES,
        SPEC,
        STATUS,
        STS,
        TAGS,
        TAGS_ALL,
        TOKEN,
        TRUSTED_ACCOUNTS,
        USAGE_ROLES,
        USE_DUALSTACK_ENDPOINT,
        USE_FIPS_ENDPOINT,
        VIA,
        WAIT_FOR_REPLICAS,
        WEB_IDENTITY_TOKEN,
        WEB_IDENTITY_TOKEN_FILE,
        XKS_KEY_ID,
    ];
}

/// Defaults of properties.
pub mod defaults {
    use crate::spec::generated;

    /// Default of `accountAccess`.
    pub const ACCOUNT_ACCESS: generated::AccountAccess = generated::AccountAccess::Administration;
    /// Default of `bypassPolicyLockoutSafetyCheck`.
    pub const BYPASS_POLICY_LOCKOUT_SAFETY_CHECK: bool = false;
    /// Default of `deletionPolicy`.
    pub const DELETION_POLICY: generated::DeletionPolicy = generated::DeletionPolicy::Schedule;
    /// Default of `deletionWindowDays`.
    pub const DELETION_WINDOW_DAYS: i32 = 30;
    /// Default of `description`.
    pub const DESCRIPTION: &str = "";
    /// Default of `enabled`.
    pub const ENABLED: bool = true;
    /// Default of `keySpec`.
    pub const KEY_SPEC: generated::KeySpec = generated::KeySpec::SymmetricDefault;
    /// Default of `maxRetries`.
    pub const MAX_RETRIES: i32 = 8;
    /// Default of `onUnknown`.
    pub const ON_UNKNOWN: generated::UnknownUsage = generated::UnknownUsage::Block;
    /// Default of `origin`.
    pub const ORIGIN: generated::Origin = generated::Origin::AwsKms;
    /// Default of `replacementPolicy`.
    pub const REPLACEMENT_POLICY: generated::ReplacementPolicy = generated::ReplacementPolicy::Forbid;
    /// Default of `retryMode`.
    pub const RETRY_MODE: generated::RetryMode = generated::RetryMode::Standard;
    /// Default of `rotationPeriodDays`.
    pub const ROTATION_PERIOD_DAYS: i32 = 365;
    /// Default of `skipOwnerMark`.
    pub const SKIP_OWNER_MARK: bool = false;
    /// Default of `skipRegionValidation`.
    pub const SKIP_REGION_VALIDATION: bool = false;
    /// Default of `skipRequestingAccountId`.
    pub const SKIP_REQUESTING_ACCOUNT_ID: bool = false;
    /// Default of `useDualstackEndpoint`.
    pub const USE_DUALSTACK_ENDPOINT: bool = false;
    /// Default of `useFipsEndpoint`.
    pub const USE_FIPS_ENDPOINT: bool = false;
}

/// Limits of the properties of a key.
pub mod limits {
    /// Limit of `aliases`.
    pub const ALIASES: usize = 49;
    /// Limit of `rotationPeriodDays`.
    pub const ROTATION_PERIOD_DAYS: std::ops::RangeInclusive<i32> = 90..=2560;
    /// Limit of `deletionWindowDays`.
    pub const DELETION_WINDOW_DAYS: std::ops::RangeInclusive<i32> = 7..=30;
    /// Limit of `tags`.
    pub const TAGS: usize = 48;
    /// Limit of `replicas`.
    pub const REPLICAS: usize = 50;
}
