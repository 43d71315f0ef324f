//! What callers with different rights see, one after the other and as time passes.

mod data;
mod grants;
mod imports;
mod multi_region_imports;
mod policies;
mod principals;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::caller::Session;
use crate::{Options, Request, Sim, State, control, query, sts};

const REGION: &str = "eu-central-1";

/// The user whom IAM allows everything; two roles whom it allows nothing, and someone of another account.
const ADMIN: &str = "admin";
const APP: &str = "app";
const JOB: &str = "job";
const STRANGER: &str = "999999999999";

const APP_ROLE: &str = "arn:aws:iam::123456789012:role/App";
const JOB_ROLE: &str = "arn:aws:iam::123456789012:role/Job";
const ROOT: &str = "arn:aws:iam::123456789012:root";

struct World {
    sim: Sim,
    now: f64,
}

impl World {
    fn new() -> Self {
        let mut world = Self { sim: Sim::new(State::new(17, Options::default())), now: 1_760_000_000.0 };
        for (role, key) in [(APP_ROLE, APP), (JOB_ROLE, JOB)] {
            let body = json!({ "arn": role }).to_string();
            let made = control::answer(&mut world.sim, world.now, "POST", "/_sim/principals", "", body.as_bytes());
            assert_eq!(made.0, 200, "{}", made.1);
            let session = Session {
                arn: sts::session_arn(role, "s"),
                principal: Some((role.to_owned(), made.1["uniqueId"].as_str().expect("an ID").to_owned())),
                ..Session::default()
            };
            world.sim.state.sessions.insert(key.to_owned(), session);
        }
        world
    }

    fn pass(&mut self, seconds: f64) {
        self.now += seconds;
    }

    /// The answer, or the code of the refusal.
    fn call_in(&mut self, region: &str, who: &str, operation: &str, body: Value) -> Result<Value, String> {
        let request =
            Request { region: region.to_owned(), access_key: who.to_owned(), operation: operation.to_owned(), body };
        let answer = self.sim.handle(self.now, &request);
        if answer.status == 200 {
            return Ok(answer.body);
        }
        Err(answer.body["__type"].as_str().expect("a code").to_owned())
    }

    /// Code and text of a refusal.
    fn refusal(&mut self, region: &str, who: &str, operation: &str, body: Value) -> (String, Value) {
        let request =
            Request { region: region.to_owned(), access_key: who.to_owned(), operation: operation.to_owned(), body };
        let answer = self.sim.handle(self.now, &request).body;
        let text = answer.get("message").or_else(|| answer.get("Message"));
        (answer["__type"].as_str().expect("a code").to_owned(), text.cloned().unwrap_or_default())
    }

    /// A request of STS or IAM by the administrator; the whole XML.
    fn query(&mut self, region: &str, form: &str) -> String {
        query::answer(&mut self.sim, self.now, ADMIN, region, form.as_bytes()).expect("an answer").0
    }

    fn call(&mut self, who: &str, operation: &str, body: Value) -> Result<Value, String> {
        self.call_in(REGION, who, operation, body)
    }

    /// An answer to the administrator.
    fn ask(&mut self, operation: &str, body: Value) -> Value {
        self.call(ADMIN, operation, body).unwrap_or_else(|code| panic!("{operation}: {code}"))
    }

    /// The code of the refusal that the administrator gets.
    fn refused(&mut self, operation: &str, body: Value) -> String {
        self.call(ADMIN, operation, body).expect_err(operation)
    }

    /// The ARN of a new key.
    fn key(&mut self, body: Value) -> String {
        self.ask("CreateKey", body)["KeyMetadata"]["Arn"].as_str().expect("an ARN").to_owned()
    }

    fn described(&mut self, key: &str) -> Value {
        self.ask("DescribeKey", json!({ "KeyId": key }))["KeyMetadata"].clone()
    }
}

fn text(content: impl AsRef<[u8]>) -> String {
    BASE64.encode(content)
}

fn bytes(value: &Value) -> Vec<u8> {
    BASE64.decode(value.as_str().expect("a blob")).expect("base64")
}
