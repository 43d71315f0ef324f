//! KMS as one run of the provider meets it: the simulator behind the AWS SDK's HTTP client, with what goes wrong on the way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use awskms_sim::{Request, Sim, wire};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

/// What goes wrong with one call of KMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fault {
    /// It is done, and the connection is cut before the answer.
    Lost,
    /// KMS refuses it, as without permission.
    Refused,
    /// The connection is cut before it is done.
    Cut,
    /// It answers from what was there before the latest change. Only reads can.
    Stale,
    /// The provider's process dies before it is done.
    KilledBefore,
    /// The provider's process dies after it is done.
    KilledAfter,
    /// Ctrl-C is pressed while it is done.
    Interrupted,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Lost, Self::Refused, Self::Cut, Self::Stale, Self::KilledBefore, Self::KilledAfter, Self::Interrupted];

    /// Whether the process ends with it.
    pub fn kills(self) -> bool {
        matches!(self, Self::KilledBefore | Self::KilledAfter)
    }
}

/// Which calls of an operation go wrong, by their number from 0.
pub type Faults = Vec<(usize, Fault)>;

/// One call of KMS.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its operation, such as `CreateKey`.
    pub operation: String,
    /// Where it went.
    pub region: String,
    /// What it asked for.
    pub request: Value,
    /// Whether it changed something.
    pub effect: bool,
    /// What KMS said against it, if it did.
    pub code: Option<String>,
    /// What went wrong with it.
    pub fault: Option<Fault>,
    /// Whether there was something before it that a stale read could show.
    pub may_be_stale: bool,
}

impl Call {
    /// The key that it names, by its ID.
    pub(crate) fn key_id(&self) -> &str {
        let name = ["KeyId", "TargetKeyId"].into_iter().find_map(|member| self.request[member].as_str());
        name.map_or("", |name| name.rsplit('/').next().unwrap_or(name))
    }
}

/// The service while the provider runs.
#[derive(Debug, Clone)]
pub(crate) struct Cloud {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    inner: Mutex<Inner>,
    killed: Notify,
    interrupted: Notify,
}

/// What is left when the run is over.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) sim: Sim,
    /// The service before the latest change.
    pub(crate) before: Option<Sim>,
    pub(crate) calls: Vec<Call>,
    faults: Faults,
    /// The time at the start, in seconds since 1970, and the moment on tokio's clock that it belongs to.
    base: f64,
    start: Instant,
    pub(crate) is_dead: bool,
}

impl Inner {
    /// The time by the virtual clock.
    pub(crate) fn now(&self) -> f64 {
        self.base + self.start.elapsed().as_secs_f64()
    }

    fn handle(&mut self, request: &Request, stale: bool) -> (u16, Value, bool) {
        let now = self.now();
        if stale && let Some(before) = &mut self.before {
            let answer = before.handle(now, request);
            return (answer.status, answer.body, false);
        }
        let before = (!is_read(&request.operation)).then(|| self.sim.fork());
        let answer = self.sim.handle(now, request);
        if answer.changed && before.is_some() {
            self.before = before;
        }
        (answer.status, answer.body, answer.changed)
    }
}

pub(crate) fn is_read(operation: &str) -> bool {
    ["Describe", "Get", "List"].iter().any(|start| operation.starts_with(start))
}

/// What becomes of a request.
enum Reply {
    Answer(u16, String),
    Cut,
    Never,
    Late(u16, String),
}

impl Cloud {
    /// Must be called in the runtime whose clock the service shall go by.
    pub(crate) fn new(sim: Sim, before: Option<Sim>, base: f64, faults: Faults) -> Self {
        let inner = Inner { sim, before, calls: vec![], faults, base, start: Instant::now(), is_dead: false };
        let (killed, interrupted) = (Notify::new(), Notify::new());
        Self { shared: Arc::new(Shared { inner: Mutex::new(inner), killed, interrupted }) }
    }

    /// Ends when the provider's process dies.
    pub(crate) async fn killed(&self) {
        if !self.inner().is_dead {
            self.shared.killed.notified().await;
        }
    }

    /// Ends when Ctrl-C is pressed.
    pub(crate) async fn interrupted(&self) {
        self.shared.interrupted.notified().await;
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.shared.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reply(&self, request: &HttpRequest) -> Reply {
        let header = |name: &str| request.headers().get(name).unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let mut inner = self.inner();
        if inner.is_dead {
            return Reply::Never;
        }
        if header("x-amz-target").is_empty() {
            let now = inner.now();
            let (status, xml) = inner.sim.query(now, header("authorization"), body);
            return Reply::Answer(status, xml);
        }
        match wire::read(header("authorization"), header("x-amz-target"), body) {
            Ok(request) => self.call(&mut inner, &request),
            Err(error) => Reply::Answer(error.status, error.body().to_string()),
        }
    }

    /// One call of KMS, with what is due to go wrong.
    fn call(&self, inner: &mut Inner, request: &Request) -> Reply {
        let number = inner.calls.len();
        let fault = inner.faults.iter().find(|(at, _)| *at == number).map(|(_, fault)| *fault);
        let may_be_stale = is_read(&request.operation) && inner.before.is_some();
        let is_done = !matches!(fault, Some(Fault::Refused | Fault::Cut | Fault::KilledBefore));
        let (status, body, effect) = if is_done {
            inner.handle(request, fault == Some(Fault::Stale) && may_be_stale)
        } else {
            let message = format!("not authorized to perform: kms:{}", request.operation);
            (400, json!({ "__type": "AccessDeniedException", "message": message }), false)
        };
        let code = body["__type"].as_str().filter(|_| status != 200).map(str::to_owned);
        let (operation, region) = (request.operation.clone(), request.region.clone());
        let request = request.body.clone();
        inner.calls.push(Call { operation, region, request, effect, code, fault, may_be_stale });
        match fault {
            Some(Fault::KilledBefore | Fault::KilledAfter) => {
                inner.is_dead = true;
                self.shared.killed.notify_one();
                Reply::Never
            }
            Some(Fault::Lost | Fault::Cut) => Reply::Cut,
            Some(Fault::Interrupted) => {
                self.shared.interrupted.notify_one();
                Reply::Late(status, body.to_string())
            }
            _ => Reply::Answer(status, body.to_string()),
        }
    }
}

impl HttpClient for Cloud {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Cloud {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let reply = self.reply(&request);
        HttpConnectorFuture::new(async move {
            match reply {
                Reply::Answer(status, body) => response(status, body),
                Reply::Cut => Err(ConnectorError::io("the connection is cut".into())),
                Reply::Never => std::future::pending().await,
                Reply::Late(status, body) => {
                    // Long enough for the interrupt to be heard while the call is waited for.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    response(status, body)
                }
            }
        })
    }
}

fn response(status: u16, body: String) -> Result<HttpResponse, ConnectorError> {
    let status = status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
    Ok(HttpResponse::new(status, SdkBody::from(body)))
}
