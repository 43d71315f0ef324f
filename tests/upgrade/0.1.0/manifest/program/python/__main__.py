from pathlib import Path
from typing import Any

import pulumi
import pulumi_awskms as awskms
import yaml

file = pulumi.Config().require("manifest")
manifest: dict[str, Any] = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
metadata = manifest.get("metadata", {})
if "name" not in metadata:
    raise pulumi.RunError(f"{file} has no metadata.name")

# The provider checks the rest and names each mistake.
key = awskms.AwsKmsKey(
    metadata["name"],
    api_version=manifest.get("apiVersion"),
    kind=manifest.get("kind"),
    metadata=metadata,
    spec=manifest.get("spec"),
)

pulumi.export("keyId", key.key_id)
pulumi.export("keyArn", key.key_arn)
pulumi.export("aliasName", key.alias_name)
pulumi.export("aliasArn", key.alias_arn)
pulumi.export("rotationEnabled", key.rotation_enabled)
