//! A simulator that a recorded test is asked of again.

use awskms_sim::{Options, Request, Sim, State};
use serde_json::{Value, json};

/// The Region of recorded tests, and their second one.
pub(super) const REGION: &str = "us-east-1";
pub(super) const SECOND: &str = "us-west-2";

pub(super) struct World {
    sim: Sim,
    now: f64,
}

impl World {
    pub(super) fn new() -> Self {
        Self { sim: Sim::new(State::new(11, Options::default())), now: 1_760_000_000.0 }
    }

    pub(super) fn pass(&mut self, seconds: f64) {
        self.now += seconds;
    }

    /// A call, as recordings show its answer.
    pub(super) fn call_in(&mut self, region: &str, operation: &str, body: Value) -> Value {
        // The recordings are of this account.
        let request = Request {
            region: region.to_owned(),
            access_key: "111111111111".to_owned(),
            operation: operation.to_owned(),
            body,
        };
        let answer = self.sim.handle(self.now, &request);
        let metadata = json!({ "HTTPStatusCode": answer.status });
        if answer.status == 200 {
            let mut body = answer.body;
            body["ResponseMetadata"] = metadata;
            return body;
        }
        json!({
            "Error": {
                "Code": answer.body["__type"],
                "Message": answer.body["message"].as_str().unwrap_or_default(),
            },
            "ResponseMetadata": metadata,
        })
    }

    pub(super) fn call(&mut self, operation: &str, body: Value) -> Value {
        self.call_in(REGION, operation, body)
    }

    /// Metadata of a new key.
    pub(super) fn key_in(&mut self, region: &str, body: Value) -> Value {
        let made = self.call_in(region, "CreateKey", body);
        assert!(made["KeyMetadata"].is_object(), "{made}");
        made["KeyMetadata"].clone()
    }

    /// The ID of a new key.
    pub(super) fn key(&mut self, body: Value) -> String {
        self.key_in(REGION, body)["KeyId"].as_str().expect("an ID").to_owned()
    }

    /// What `DescribeKey` says of a key, without the frame.
    pub(super) fn described(&mut self, id: &str) -> Value {
        self.call("DescribeKey", json!({ "KeyId": id }))["KeyMetadata"].clone()
    }
}
