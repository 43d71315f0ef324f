// Main answers of the simulator, as the AWS SDK for JavaScript parses them.
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-kms";

const kms = new sdk.KMSClient({ maxAttempts: 1 });
const send = (name, input) => kms.send(new sdk[`${name}Command`](input));

const { KeyMetadata } = await send("CreateKey", { Tags: [{ TagKey: "a", TagValue: "b" }] });
assert.equal(KeyMetadata.KeyState, "Enabled");
assert(KeyMetadata.CreationDate instanceof Date);
const KeyId = KeyMetadata.Arn;
const context = { EncryptionContext: { app: "x" } };
const { CiphertextBlob } = await send("Encrypt", { KeyId, Plaintext: Buffer.from("secret"), ...context });
const { Plaintext } = await send("Decrypt", { CiphertextBlob, ...context });
assert.equal(Buffer.from(Plaintext).toString(), "secret");
await assert.rejects(send("Decrypt", { CiphertextBlob }), sdk.InvalidCiphertextException);

const signing = { SigningAlgorithm: "ECDSA_SHA_256", Message: Buffer.from("message") };
const pair = (await send("CreateKey", { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" })).KeyMetadata.KeyId;
const { Signature } = await send("Sign", { KeyId: pair, ...signing });
assert((await send("Verify", { KeyId: pair, Signature, ...signing })).SignatureValid);

await send("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
assert((await send("GetKeyRotationStatus", { KeyId })).NextRotationDate > new Date());
const pages = sdk.paginateListResourceTags({ client: kms, pageSize: 1 }, { KeyId });
for await (const page of pages) assert.deepEqual(page.Tags, [{ TagKey: "a", TagValue: "b" }]);
const { DeletionDate } = await send("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
assert(DeletionDate > new Date());
await assert.rejects(send("EnableKey", { KeyId }), (error) => {
    assert(error instanceof sdk.KMSInvalidStateException);
    assert.equal(error.message, `${KeyId} is pending deletion.`);
    return error.$metadata.httpStatusCode === 400;
});
await assert.rejects(send("CreateKey", { KeySpec: "NONE" }), { name: "ValidationException" });
console.log("good");
