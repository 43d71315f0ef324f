//! Providers that are wrong on purpose: they show that the judges see what they are there for.

use pulumi_awskms::rpc::generated::pulumirpc as pb;
use serde_json::json;

use crate::cloud::{Call, Cloud};
use crate::failure::Failure;
use crate::json::{Properties, plain};
use crate::keys::Key;

/// What a provider does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Its create fails without the key's ID, although there is a key.
    LosesId,
    /// Its refresh says that a key is gone which is there.
    ForgetsAtRefresh,
    /// Its preview makes a call that changes something.
    WritesInPreview,
    /// Its updates schedule the key's deletion.
    DeletesAtUpdate,
    /// It creates a second key besides the one that it answers with.
    CreatesTwice,
    /// Its diff always shows a change.
    NeverConverges,
    /// Its outputs have secrets in clear.
    ShowsSecrets,
    /// It lets anybody use a key that it creates.
    LetsIn,
    /// Its updates change every key that carries an owner mark, whosoever's it is.
    TakesFromOthers,
    /// It makes a replacement of every difference, also where that is forbidden.
    ReplacesAlways,
}

impl Wrong {
    pub(crate) fn diffed(wrong: Option<Self>, answer: &mut pb::DiffResponse) {
        match wrong {
            Some(Self::NeverConverges) => answer.changes = pb::diff_response::DiffChanges::DiffSome.into(),
            Some(Self::ReplacesAlways) if answer.changes == i32::from(pb::diff_response::DiffChanges::DiffSome) => {
                answer.replaces = vec!["description".into()];
            }
            _ => {}
        }
    }

    /// The inputs that it takes for those of a create.
    pub(crate) fn asked(wrong: Option<Self>, inputs: &Properties) -> Properties {
        let mut inputs = inputs.clone();
        if wrong == Some(Self::ReplacesAlways) {
            inputs.insert("replacementPolicy".into(), json!("ALLOW"));
        }
        inputs
    }

    pub(crate) fn created(
        wrong: Option<Self>,
        cloud: &Cloud,
        answer: Result<pb::CreateResponse, Failure>,
        preview: bool,
    ) -> Result<pb::CreateResponse, Failure> {
        let answer = answer?;
        if preview {
            if wrong == Some(Self::WritesInPreview) {
                call(cloud, "CreateKey", &json!({}));
            }
            return Ok(answer);
        }
        match wrong {
            Some(Self::LosesId) => return Err(Failure::Refused("the create failed".into())),
            Some(Self::CreatesTwice) => {
                let tags = json!([{ "TagKey": "awskms:owner", "TagValue": mark_of(cloud, &answer.id) }]);
                call(cloud, "CreateKey", &json!({ "Tags": tags }));
            }
            Some(Self::LetsIn) => {
                let statement = json!({ "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*" });
                let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
                call(cloud, "PutKeyPolicy", &json!({ "KeyId": answer.id, "PolicyName": "default", "Policy": policy }));
            }
            _ => {}
        }
        Ok(answer)
    }

    pub(crate) fn updated(wrong: Option<Self>, cloud: &Cloud, id: &str, preview: bool) {
        match wrong {
            Some(Self::DeletesAtUpdate) if !preview => {
                call(cloud, "ScheduleKeyDeletion", &json!({ "KeyId": id, "PendingWindowInDays": 7 }));
            }
            Some(Self::TakesFromOthers) if !preview => {
                for key in marked(cloud) {
                    call(cloud, "UpdateKeyDescription", &json!({ "KeyId": key.id, "Description": "mine" }));
                }
            }
            _ => {}
        }
    }

    pub(crate) fn answered(wrong: Option<Self>, outputs: Properties) -> Properties {
        if wrong != Some(Self::ShowsSecrets) {
            return outputs;
        }
        outputs.into_iter().map(|(name, value)| (name, plain(&value).clone())).collect()
    }
}

/// A call of KMS that the provider itself does not make.
fn call(cloud: &Cloud, operation: &str, body: &serde_json::Value) {
    let mut inner = cloud.inner();
    let now = inner.now();
    let (operation, region) = (operation.to_owned(), crate::program::REGION.to_owned());
    let request = awskms_sim::Request {
        region: region.clone(),
        access_key: "test".into(),
        operation: operation.clone(),
        body: body.clone(),
    };
    let answer = inner.sim.handle(now, &request);
    let (request, effect) = (body.clone(), answer.changed);
    inner.calls.push(Call { operation, region, request, effect, code: None, fault: None, may_be_stale: false });
}

/// The keys that carry an owner mark.
fn marked(cloud: &Cloud) -> Vec<Key> {
    let mut inner = cloud.inner();
    let now = inner.now();
    crate::keys::all(&mut inner.sim, now).into_iter().filter(|key| key.owner().is_some()).collect()
}

fn mark_of(cloud: &Cloud, id: &str) -> String {
    let key = marked(cloud).into_iter().find(|key| key.id == id);
    key.and_then(|key| key.tags.get("awskms:owner").cloned()).unwrap_or_default()
}
