//! Messages to the people who run Pulumi, under the resource that they are about.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use awskms_core::secrets::Secrets;
use tokio::sync::mpsc::UnboundedSender;
use tonic::transport::{Channel, Endpoint};

use super::generated::pulumirpc::engine_client::EngineClient;
use super::generated::pulumirpc::{LogRequest, LogSeverity};

/// The engine that started this process or attached to it. Messages are dropped, with a note in the debug log, while
/// there is none: an operation never fails because of them.
#[derive(Debug, Clone, Default)]
pub struct Engine {
    listener: Arc<Mutex<Option<Listener>>>,
}

/// Who hears the messages.
#[derive(Debug, Clone)]
enum Listener {
    /// An engine in another process.
    Engine(EngineClient<Channel>),
    /// Something in this process.
    Local(UnboundedSender<LogRequest>),
}

impl Engine {
    /// In place of an engine, something in this process hears the messages: tests that stand for the engine do.
    pub fn heard_by(listener: UnboundedSender<LogRequest>) -> Self {
        Self { listener: Arc::new(Mutex::new(Some(Listener::Local(listener)))) }
    }

    /// Points to an engine at `host:port`. The connection is made with the first message.
    pub fn attach(&self, address: &str) {
        match Endpoint::from_shared(format!("http://{address}")) {
            Ok(endpoint) => {
                let client = EngineClient::new(endpoint.connect_lazy());
                *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(Listener::Engine(client));
            }
            Err(error) => tracing::warn!("the engine's address {address:?} is not usable: {error}"),
        }
    }

    /// A log of one resource, which keeps some texts to itself.
    pub(crate) fn log(&self, urn: &str, hidden: Secrets) -> ResourceLog {
        ResourceLog {
            engine: self.clone(),
            urn: urn.to_owned(),
            hidden,
            pending: Arc::default(),
            region: None,
            board: Arc::default(),
            shown: Arc::default(),
        }
    }

    fn listener(&self) -> Option<Listener> {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What goes on in the first Regions, and in how many more.
fn status_line(board: &BTreeMap<String, String>) -> String {
    const SHOWN: usize = 3;
    let lines: Vec<String> = board.iter().take(SHOWN).map(|(region, line)| format!("{region}: {line}")).collect();
    let more = board.len().saturating_sub(SHOWN);
    let tail = if more == 0 { String::new() } else { format!("; and {more} more Regions") };
    format!("{}{tail}", lines.join("; "))
}

/// Messages under one resource. They are sent in order; [`ResourceLog::flush`] waits until the engine has them.
#[derive(Debug, Clone)]
pub struct ResourceLog {
    engine: Engine,
    urn: String,
    hidden: Secrets,
    pending: Arc<tokio::sync::Mutex<()>>,
    /// The Region that this log speaks of, where there are several.
    region: Option<String>,
    /// What goes on in each Region; a resource has one status column.
    board: Arc<Mutex<BTreeMap<String, String>>>,
    /// What the status column shows: the last message, if it was a status.
    shown: Arc<Mutex<String>>,
}

impl ResourceLog {
    /// The same log for one of several Regions: its status is shown beside that of the others.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self { region: Some(region.to_owned()), ..self.clone() }
    }

    /// A line in the resource's status column, gone with the next one.
    pub fn status(&self, message: &str) {
        let Some(region) = &self.region else { return self.show(message) };
        let line = {
            let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
            board.insert(region.clone(), message.to_owned());
            status_line(&board)
        };
        self.show(&line);
    }

    /// Sends a status, unless it is shown already.
    fn show(&self, line: &str) {
        {
            let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
            if *shown == line {
                return;
            }
            line.clone_into(&mut shown);
        }
        self.send(LogSeverity::Info, line, true);
    }

    /// Nothing more goes on in this log's Region.
    pub fn done(&self) {
        let Some(region) = &self.region else { return };
        self.board.lock().unwrap_or_else(PoisonError::into_inner).remove(region);
    }

    /// Something worth knowing.
    pub fn info(&self, message: &str) {
        self.send(LogSeverity::Info, message, false);
    }

    /// Something worth acting on.
    pub fn warning(&self, message: &str) {
        self.send(LogSeverity::Warning, message, false);
    }

    /// A message as it may be said.
    pub(super) fn mask(&self, message: &str) -> String {
        self.hidden.mask(message)
    }

    /// Clears the status column, and waits until every message so far is with the engine; the engine drops what comes after the
    /// answer of a call.
    pub async fn flush(&self) {
        self.show("");
        drop(self.pending.lock().await);
    }

    fn send(&self, severity: LogSeverity, message: &str, ephemeral: bool) {
        let message = self.hidden.mask(message);
        if !ephemeral {
            self.shown.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        tracing::debug!(urn = self.urn, "{message}");
        let Some(listener) = self.engine.listener() else { return };
        let request = LogRequest {
            severity: severity.into(),
            message: message.trim_end().to_owned(),
            urn: self.urn.clone(),
            stream_id: 0,
            ephemeral,
        };
        let mut client = match listener {
            Listener::Engine(client) => client,
            // Whoever no longer listens has heard enough.
            Listener::Local(listener) => return drop(listener.send(request)),
        };
        // Tokio's mutex is fair: messages leave in the order in which they were given.
        let turn = self.pending.clone();
        let mut turn_taken = Box::pin(turn.lock_owned());
        let taken = futures_util::FutureExt::now_or_never(&mut turn_taken);
        tokio::spawn(async move {
            let _turn = match taken {
                Some(turn) => turn,
                None => turn_taken.await,
            };
            if let Err(error) = client.log(request).await {
                tracing::debug!("the engine did not take a message: {error}");
            }
        });
    }
}
