//! The loopback server, byte by byte.

use std::time::Duration;

use awskms_sim::http::{Served, listen, serve};
use awskms_sim::{Options, Sim, State};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn started() -> std::net::SocketAddr {
    let listener = listen(([127, 0, 0, 1], 0).into()).await.expect("listens");
    let address = listener.local_addr().expect("an address");
    let served = Served::new(Sim::new(State::new(1, Options::default())), None, Duration::ZERO);
    tokio::spawn(serve(listener, served));
    address
}

/// Head and body of the answer to a request, as far as they come.
async fn answer(address: std::net::SocketAddr, head: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.expect("connects");
    let length = body.len();
    let request = format!("{head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n");
    stream.write_all(format!("{request}\r\n{body}").as_bytes()).await.expect("writes");
    let mut bytes = vec![];
    drop(stream.read_to_end(&mut bytes).await);
    let text = String::from_utf8(bytes).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    (head.to_owned(), body.to_owned())
}

const SIGNED: &str =
    "Authorization: AWS4-HMAC-SHA256 Credential=test/20261123/eu-central-1/kms/aws4_request, Signature=0";

async fn kms(address: std::net::SocketAddr, operation: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.expect("connects");
    let request = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{SIGNED}\r\nX-Amz-Target: TrentService.{operation}\r\n\
         Content-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("writes");
    let mut bytes = vec![];
    drop(stream.read_to_end(&mut bytes).await);
    let text = String::from_utf8(bytes).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    (head.to_owned(), body.to_owned())
}

fn length(head: &str) -> usize {
    let line = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    line.and_then(|length| length.parse().ok()).expect("a length")
}

#[tokio::test]
async fn a_cut_body_promises_more_than_it_sends() {
    let address = started().await;
    let rule = r#"{"operation": "CreateKey", "count": 1, "effect": "cutBody"}"#;
    assert!(answer(address, "POST /_sim/faults", rule).await.0.contains("200 OK"));
    let (head, body) = kms(address, "CreateKey", "{}").await;
    assert!(head.contains("200 OK"), "{head}");
    assert_eq!(body.len(), length(&head) / 2, "{head}\n{body}");
    assert!(body.starts_with('{'));
    let (head, body) = kms(address, "ListKeys", "{}").await;
    assert_eq!(body.len(), length(&head));
    assert_eq!(body.matches("KeyArn").count(), 1, "the call had its effect: {body}");
}

#[tokio::test]
async fn what_is_no_call_of_kms_is_refused_as_aws_does() {
    let address = started().await;
    let (head, body) = answer(address, "POST /", "{}").await;
    assert!(head.contains("403") && body.contains("MissingAuthenticationTokenException"), "{head}\n{body}");
    let (head, body) = kms(address, "Nothing", "{}").await;
    assert!(head.contains("400") && body.contains("UnknownOperationException"), "{head}\n{body}");
    let (head, body) = kms(address, "CreateKey", "{").await;
    assert!(head.contains("400") && body.contains("SerializationException"), "{head}\n{body}");
    let (head, body) = answer(address, "POST /_sim/options", r#"{"quota": true}"#).await;
    assert!(head.contains("400") && body.contains("quota"), "{head}\n{body}");
}
