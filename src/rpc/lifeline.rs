//! Whether the engine that started this process is still there.
//!
//! A killed engine says nothing, and its providers would stay for ever. A connection that stands idle ends with the process at
//! its other end, at once; where it cannot be made again, the engine is gone.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// How long a connection may take; an engine that is stopped for a while is none that is gone.
const TO_CONNECT: Duration = Duration::from_secs(10);

/// Pauses between attempts.
const PAUSE: Duration = Duration::from_millis(500);

/// Attempts that an address refuses, one after the other, before nobody is there any more.
const REFUSED: u32 = 3;

/// Attempts that get no answer, one after the other, before nobody is there any more: five minutes.
const UNANSWERED: u32 = 30;

/// Waits until nobody listens at the engine's address any more.
pub async fn engine_is_gone(address: &str) {
    let (mut refused, mut unanswered) = (0, 0);
    while refused < REFUSED && unanswered < UNANSWERED {
        match timeout(TO_CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(connection)) => {
                (refused, unanswered) = (0, 0);
                until_closed(connection).await;
            }
            Ok(Err(error)) => {
                tracing::debug!("the engine's address does not answer: {}", error.kind());
                refused += 1;
            }
            Err(_) => unanswered += 1,
        }
        sleep(PAUSE).await;
    }
}

/// Waits until the other side closes. What it may say is nothing to us.
async fn until_closed(mut connection: TcpStream) {
    let mut ignored = [0; 256];
    while connection.read(&mut ignored).await.is_ok_and(|read| read > 0) {}
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::net::TcpListener;
    use tokio::time::timeout;

    use super::engine_is_gone;

    #[tokio::test]
    async fn an_engine_is_there_until_its_address_refuses() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let gone = tokio::spawn(async move { engine_is_gone(&address).await });
        // It may hang up on idle connections, as gRPC servers do.
        let (connection, _) = listener.accept().await.expect("a connection");
        drop(connection);
        let (connection, _) = listener.accept().await.expect("another one");
        assert!(!gone.is_finished());
        drop((connection, listener));
        timeout(Duration::from_secs(30), gone).await.expect("it is noticed").expect("no panic");
    }
}
