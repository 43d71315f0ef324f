// Keys for tenants, by the Automation API: one stack a tenant.
import { parseArgs } from "util";
import * as auto from "@pulumi/pulumi/automation";
import * as awskms from "pulumi-awskms";

const PROJECT = "tenant-keys";
const USAGE = "usage: main.ts up|destroy TENANT... [--usage-role ARN] [--config NAME=VALUE]...";

/** What a tenant has: a key whose policy lets the role use it in this tenant's name only. */
function program(tenant: string, usageRole?: string): auto.PulumiFn {
    return async () => {
        const key = new awskms.AwsKmsKey("data", {
            alias: `alias/tenants/${tenant}`,
            description: `Data of tenant ${tenant}`,
            tags: { Tenant: tenant },
            policy: usageRole ? { usageRoles: [usageRole], encryptionContext: { Tenant: tenant } } : undefined,
        });
        return { keyArn: key.keyArn, aliasName: key.aliasName, rotationEnabled: key.rotationEnabled };
    };
}

/** Prints what happens to keys, and what the provider says about them. */
function show(tenant: string, event: auto.EngineEvent): void {
    const step = event.resOutputsEvent?.metadata;
    if (step?.type === "awskms:index:AwsKmsKey") {
        console.log(`${tenant}: ${step.op} ${step.urn.split("::").pop()}`);
    }
    const message = event.diagnosticEvent;
    // A failed program is reported by its stack too; only a resource's own messages say why.
    if (message?.urn && (message.severity === "warning" || message.severity === "error")) {
        console.log(`${tenant}: ${message.severity}: ${message.message.trim()}`);
    }
}

async function up(stack: auto.Stack, tenant: string): Promise<void> {
    const result = await stack.up({ onEvent: (event) => show(tenant, event), color: "never" });
    const changes = Object.keys(result.summary.resourceChanges ?? {});
    if (changes.every((change) => change === "same")) {
        console.log(`${tenant}: no changes`);
    }
    for (const [name, output] of Object.entries(result.outputs)) {
        console.log(`${tenant}: ${name} = ${output.value}`);
    }
}

async function destroy(stack: auto.Stack, tenant: string): Promise<void> {
    await stack.destroy({ onEvent: (event) => show(tenant, event), color: "never", remove: true });
    console.log(`${tenant}: gone`);
}

/** Takes NAME=VALUE apart. */
function settings(words: string[]): auto.ConfigMap {
    const config: auto.ConfigMap = {};
    for (const word of words) {
        const at = word.indexOf("=");
        if (at < 0) {
            throw new Error(`${word} is not NAME=VALUE\n${USAGE}`);
        }
        config[word.slice(0, at)] = { value: word.slice(at + 1) };
    }
    return config;
}

async function main(): Promise<number> {
    const { values, positionals } = parseArgs({
        allowPositionals: true,
        options: { "usage-role": { type: "string" }, config: { type: "string", multiple: true, default: [] } },
    });
    const [command, ...tenants] = positionals;
    if ((command !== "up" && command !== "destroy") || tenants.length === 0) {
        throw new Error(USAGE);
    }
    const config = settings(values.config ?? []);
    let failed = 0;
    for (const tenant of tenants) {
        const named = { stackName: tenant, projectName: PROJECT, program: program(tenant, values["usage-role"]) };
        // One tenant's trouble is not the next one's.
        try {
            const stack = await (command === "up"
                ? auto.LocalWorkspace.createOrSelectStack(named)
                : auto.LocalWorkspace.selectStack(named));
            // An inline program has no folder that keeps Pulumi.<stack>.yaml: configuration is set on each run.
            await stack.setAllConfig(config);
            await (command === "up" ? up : destroy)(stack, tenant);
        } catch (error) {
            if (error instanceof auto.StackNotFoundError) {
                console.log(`${tenant}: there is no stack`);
            } else if (error instanceof auto.CommandError) {
                console.error(`${tenant}: failed\n${error.message}`);
                failed += 1;
            } else {
                throw error;
            }
        }
    }
    return failed ? 1 : 0;
}

main().then(
    (code) => process.exit(code),
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exit(2);
    },
);
