import * as awskms from "pulumi-awskms";

const key = new awskms.AwsKmsKey("rds-primary", {
    alias: "alias/typescript/rds-primary",
    description: "Production RDS cluster encryption key",
    enableRotation: true,
    keySpec: "SYMMETRIC_DEFAULT",
    deletionWindowDays: 30,
    policy: {
        adminRole: "arn:aws:iam::123456789012:role/SecurityAdmin",
        usageRoles: ["arn:aws:iam::123456789012:role/RDSServiceRole"],
        encryptionContext: { App: "CustomerDatabase", Environment: "Production" },
        services: [{ service: "RDS" }],
    },
});

export const keyId = key.keyId;
export const keyArn = key.keyArn;
export const aliasName = key.aliasName;
export const aliasArn = key.aliasArn;
export const rotationEnabled = key.rotationEnabled;
