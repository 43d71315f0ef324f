//! The process's life: serving on a port, and ending.

use std::net::Ipv4Addr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Service;
use super::generated::pulumirpc::resource_provider_server::ResourceProviderServer;

/// The engine sends and takes messages up to this size; tonic's own limit is 4 MiB.
const MESSAGE_LIMIT: usize = 400 * 1024 * 1024;

/// How long connections may stay open when everything is answered. Some never close: whoever connected may speak another
/// protocol, or nothing at all.
const TO_CLOSE: Duration = Duration::from_millis(500);

/// Why a process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was asked to: the engine has written what it was answered.
    Asked,
    /// The engine is gone, perhaps before it could write what it was answered.
    EngineGone,
}

/// Serves on a free loopback port until `stop` ends; then calls stop between two steps, answer, and what is left to note is
/// noted. The port's number is the first line on stdout: the engine waits for it.
///
/// # Errors
/// The port cannot be opened or the server fails.
pub async fn serve(
    service: Service,
    stop: impl Future<Output = Ending> + Send + 'static,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    announce(listener.local_addr()?.port())?;
    let server = ResourceProviderServer::new(service.clone())
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT);
    let incoming = tonic::transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    let (stopped, ended) = (CancellationToken::new(), Arc::new(OnceLock::new()));
    let (stopping, why) = (stopped.clone(), Arc::clone(&ended));
    let canceller = service.clone();
    let stop = async move {
        let ending = stop.await;
        why.get_or_init(|| ending);
        // The engine gives the process a few seconds: running calls stop between two steps and answer.
        canceller.cancel();
        stopping.cancel();
    };
    let serving = tonic::transport::Server::builder().add_service(server).serve_with_incoming_shutdown(incoming, stop);
    let ending = async {
        stopped.cancelled().await;
        service.finished().await;
        // A key that a killed engine may not know must not say that it was recorded.
        if ended.get() == Some(&Ending::Asked) {
            service.end().await;
        }
    };
    tokio::pin!(serving, ending);
    tokio::select! {
        served = &mut serving => {
            served?;
            if stopped.is_cancelled() {
                ending.await;
            }
        }
        // Connections that are still open are left to their fate.
        () = &mut ending => drop(tokio::time::timeout(TO_CLOSE, serving).await),
    }
    Ok(())
}

/// Nothing else may be written to stdout before the port, and nothing at all after it.
fn announce(port: u16) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{port}")?;
    stdout.flush()
}
