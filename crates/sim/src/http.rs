//! The service behind HTTP on loopback, as AWS's own endpoints speak it: awsJson 1.1 for KMS, the query protocol for STS
//! and IAM, and the control requests of tests.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::service::service_fn;
use hyper::{Request as HttpRequest, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::error::ApiError;
use crate::faults::Effect;
use crate::reply::{Cut, Reply};
use crate::sim::{Request, Sim};
use crate::store::Store;
use crate::wire::{self, Scope};
use crate::{control, query};

/// A service that is being served.
#[derive(Debug)]
pub struct Served {
    sim: Mutex<(Sim, Option<Store>)>,
    /// Time before every answer of KMS, to stand for the network.
    latency: Duration,
}

impl Served {
    /// A service, kept in a store if there is one.
    pub fn new(sim: Sim, store: Option<Store>, latency: Duration) -> Arc<Self> {
        Arc::new(Self { sim: Mutex::new((sim, store)), latency })
    }
}

/// The largest request that is read; AWS takes far smaller ones.
const LARGEST: usize = 1024 * 1024;

/// Serves until the future is dropped.
///
/// # Errors
/// The listener fails.
pub async fn serve(listener: TcpListener, served: Arc<Served>) -> std::io::Result<Infallible> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let served = served.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(served.clone(), request));
            // A client that goes away, or a cut connection, is no trouble of the service's.
            drop(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

/// Opens a loopback port; 0 picks a free one.
///
/// # Errors
/// The address is not on loopback, or the port is taken.
pub async fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    if !address.ip().is_loopback() {
        return Err(std::io::Error::other("the simulator listens on loopback only"));
    }
    TcpListener::bind(address).await
}

async fn answer(served: Arc<Served>, request: HttpRequest<Incoming>) -> Result<Response<Reply>, Cut> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, LARGEST).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Ok(json(413, &too_large().body())),
    };
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = head.uri.path();
    if path.starts_with("/_sim/") {
        // A page in a browser must not reach the simulator by a name that it has made its own, nor from another place.
        let origin = Some(header("origin")).filter(|origin| !origin.is_empty());
        if !is_local(header(HOST.as_str())) || origin.is_some_and(|origin| !is_local(from_origin(origin))) {
            return Ok(json(403, &serde_json::json!({ "error": "control requests come from this machine only" })));
        }
        let query = head.uri.query().unwrap_or_default();
        return Ok(controlled(&served, head.method.as_str(), path, query, &body));
    }
    let (authorization, target) = (header(AUTHORIZATION.as_str()), header("x-amz-target"));
    if target.is_empty() && header(CONTENT_TYPE.as_str()).starts_with("application/x-www-form-urlencoded") {
        return Ok(match Scope::read(authorization) {
            Some(scope) => queried(&served, &scope, &body),
            None => json(403, &wire::unsigned().body()),
        });
    }
    match wire::read(authorization, target, &body) {
        Ok(request) => call(&served, request).await,
        Err(error) => Ok(json(error.status, &error.body())),
    }
}

fn too_large() -> ApiError {
    let message = Some(format!("the simulator reads at most {LARGEST} bytes"));
    ApiError { code: "RequestEntityTooLargeException".into(), message, status: 413 }
}

/// Host and port of an origin.
fn from_origin(origin: &str) -> &str {
    origin.split_once("://").map_or("", |(_, host)| host)
}

/// Whether a host, with a port or without one, is this machine by a name that nobody else can take.
fn is_local(host: &str) -> bool {
    let has_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let name = host.rsplit_once(':').filter(|(_, port)| has_port(port)).map_or(host, |(name, _)| name);
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

async fn call(served: &Served, request: Request) -> Result<Response<Reply>, Cut> {
    if !served.latency.is_zero() {
        tokio::time::sleep(served.latency).await;
    }
    let (answer, stored) = {
        let mut guard = served.sim.lock().unwrap_or_else(PoisonError::into_inner);
        let (sim, store) = &mut *guard;
        let now = now();
        let answer = sim.handle(now, &request);
        let stored = match store.as_mut().filter(|_| answer.changed) {
            Some(store) => store.note(sim, now, &request),
            None => Ok(()),
        };
        (answer, stored)
    };
    if let Err(error) = stored {
        return Ok(json(
            500,
            &ApiError {
                code: "KMSInternalException".into(),
                message: Some(format!("the state file: {error}")),
                status: 500,
            }
            .body(),
        ));
    }
    match answer.fault {
        Some(Effect::CutBefore | Effect::CutAfter) => return Err(Cut),
        Some(Effect::CutBody) => return Ok(json(answer.status, &answer.body).map(Reply::cut)),
        Some(Effect::Hang | Effect::HangAfter) => std::future::pending::<()>().await,
        Some(Effect::Delay { milliseconds }) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
        _ => {}
    }
    Ok(json(answer.status, &answer.body))
}

fn controlled(served: &Served, method: &str, path: &str, query: &str, body: &[u8]) -> Response<Reply> {
    let mut guard = served.sim.lock().unwrap_or_else(PoisonError::into_inner);
    let (sim, store) = &mut *guard;
    let (status, answer, changed) = control::answer(sim, now(), method, path, query, body);
    match store.as_mut().filter(|_| changed).map(|store| store.note_state(sim)) {
        Some(Err(error)) => json(500, &serde_json::json!({ "error": format!("the state file: {error}") })),
        _ => json(status, &answer),
    }
}

fn queried(served: &Served, scope: &Scope, body: &[u8]) -> Response<Reply> {
    let mut guard = served.sim.lock().unwrap_or_else(PoisonError::into_inner);
    let (sim, store) = &mut *guard;
    match query::answer(sim, now(), &scope.access_key, &scope.region, body) {
        Ok((xml, changed)) => {
            let stored = store.as_mut().filter(|_| changed).map(|store| store.note_state(sim));
            match stored {
                Some(Err(error)) => respond(500, "text/plain", error.to_string().into_bytes()),
                _ => respond(200, "text/xml", xml.into_bytes()),
            }
        }
        Err(error) => respond(error.status, "text/xml", query::error_xml(&error).into_bytes()),
    }
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

fn json(status: u16, body: &Value) -> Response<Reply> {
    respond(status, "application/x-amz-json-1.1", serde_json::to_vec(body).unwrap_or_default())
}

fn respond(status: u16, content_type: &str, body: Vec<u8>) -> Response<Reply> {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let id = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, content_type)
        .header("x-amzn-RequestId", format!("00000000-0000-4000-8000-{id:012x}"))
        .body(Reply::whole(body))
        .expect("the parts are legal")
}

#[cfg(test)]
mod tests {
    use super::{from_origin, is_local};

    #[test]
    fn only_this_machine_is_local() {
        for host in ["localhost", "LOCALHOST:4599", "127.0.0.1:4599", "127.0.0.2", "[::1]:4599", "[::1]"] {
            assert!(is_local(host), "{host}");
        }
        for host in
            ["", "example.com", "localhost.example.com:4599", "192.168.0.1:4599", "127.0.0.1.example.com", "null"]
        {
            assert!(!is_local(host), "{host}");
        }
        assert_eq!(from_origin("http://127.0.0.1:8080"), "127.0.0.1:8080");
        assert!(!is_local(from_origin("null")));
    }
}
