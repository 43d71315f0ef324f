import * as pulumi from "@pulumi/pulumi";
import * as awskms from "pulumi-awskms";

// The Regions that hold the key. The first one is the primary's; a failover is another order of the same list:
// README.md has the commands.
const config = new pulumi.Config();
const [primary, ...standby] = config.requireObject<string[]>("regions");

// Who reads backups in a standby Region may not be who writes data in the primary's.
const account = "arn:aws:iam::123456789012:role";
const readers = (region: string) => ({
    adminRole: `${account}/SecurityAdmin`,
    usageRoles: [region === primary ? `${account}/OrdersService` : `${account}/OrdersRecovery`],
});

const key = new awskms.AwsKmsKey("orders", {
    region: primary,
    alias: "alias/recovery/orders",
    description: "Orders, readable in every Region of the recovery plan",
    deletionPolicy: config.require<awskms.DeletionPolicy>("deletionPolicy"),
    policy: readers(primary),
    replicas: standby.map((region) => ({ region, policy: readers(region) })),
});

export const keyId = key.keyId;
export const primaryRegion = key.primaryRegion;
export const keyArn = key.keyArn;
export const standbyArns = key.replicaKeys.apply((keys) =>
    Object.fromEntries(Object.entries(keys ?? {}).map(([region, replica]) => [region, replica.keyArn])),
);
