import * as fs from "fs";
import * as pulumi from "@pulumi/pulumi";
import * as awskms from "pulumi-awskms";
import { load } from "js-yaml";

interface Manifest {
    apiVersion: string;
    kind: string;
    metadata: { name: string; [field: string]: unknown };
    spec: Record<string, unknown>;
}

// Only what this program itself needs is checked here; the provider checks the rest and names each mistake.
function isManifest(document: unknown): document is Manifest {
    const metadata = (document as Partial<Manifest> | undefined)?.metadata;
    return typeof metadata?.name === "string";
}

const file = new pulumi.Config().require("manifest");
const manifest = load(fs.readFileSync(file, "utf8"));
if (!isManifest(manifest)) {
    throw new pulumi.RunError(`${file} has no metadata.name`);
}

const key = new awskms.AwsKmsKey(manifest.metadata.name, manifest);

export const keyId = key.keyId;
export const keyArn = key.keyArn;
export const aliasName = key.aliasName;
export const aliasArn = key.aliasArn;
export const rotationEnabled = key.rotationEnabled;
