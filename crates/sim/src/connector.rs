//! The service as the HTTP client of the AWS SDK for Rust: the SDK serialises, signs, retries and parses as ever, and no
//! network is involved.
//!
//! ```no_run
//! # let (seed, credentials): (u64, aws_credential_types::Credentials) = todo!();
//! use awskms_sim::{Options, Sim, State, connector::Connector};
//!
//! let kms = Connector::new(Sim::new(State::new(seed, Options::default())));
//! let config = aws_sdk_kms::Config::builder()
//!     .behavior_version(aws_sdk_kms::config::BehaviorVersion::latest())
//!     .region(aws_sdk_kms::config::Region::new("eu-central-1"))
//!     .credentials_provider(credentials)
//!     .http_client(kms.clone())
//!     .build();
//! let client = aws_sdk_kms::Client::from_conf(config);
//! ```

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use crate::error::ApiError;
use crate::faults::Effect;
use crate::sim::{Answer, Sim};
use crate::wire;

/// A service that SDK clients share. Copies are the same service.
#[derive(Debug, Clone)]
pub struct Connector {
    sim: Arc<Mutex<Sim>>,
}

impl Connector {
    /// A connector to a service.
    pub fn new(sim: Sim) -> Self {
        Self { sim: Arc::new(Mutex::new(sim)) }
    }

    /// A control request, as over HTTP: `control("POST", "clock", …)` stands for `POST /_sim/clock`.
    ///
    /// # Errors
    /// The service refuses it; the text says why.
    pub fn control(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        self.sim().control(now(), method, path, body)
    }

    fn sim(&self) -> MutexGuard<'_, Sim> {
        self.sim.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &HttpRequest) -> Result<Answer, ApiError> {
        let header = |name: &str| request.headers().get(name).unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let request = wire::read(header("authorization"), header("x-amz-target"), body)?;
        Ok(self.sim().handle(now(), &request))
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.answer(&request);
        HttpConnectorFuture::new(async move {
            match answer {
                Err(error) => response(error.status, &error.body()),
                Ok(answer) => {
                    match answer.fault {
                        Some(Effect::CutBefore | Effect::CutAfter | Effect::CutBody) => {
                            return Err(ConnectorError::io("the connection is cut by a fault".into()));
                        }
                        Some(Effect::Hang | Effect::HangAfter) => std::future::pending::<()>().await,
                        Some(Effect::Delay { milliseconds }) => {
                            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                        }
                        _ => {}
                    }
                    response(answer.status, &answer.body)
                }
            }
        })
    }
}

fn response(status: u16, body: &Value) -> Result<HttpResponse, ConnectorError> {
    let status = status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.1");
    response.headers_mut().insert("x-amzn-requestid", "00000000-0000-4000-8000-000000000000");
    Ok(response)
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
