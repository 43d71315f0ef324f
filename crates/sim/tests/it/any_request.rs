//! Whatever comes over HTTP is answered, in good form: KMS's errors as AWS's JSON, those of STS and IAM as XML, those of
//! control requests as JSON that says why.

use std::net::SocketAddr;
use std::time::Duration;

use awskms_sim::http::{Served, listen, serve};
use awskms_sim::{Options, Sim, State, operations};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

/// An answer may take this long; a longer one never comes.
const HANGS: Duration = Duration::from_secs(20);

const SCOPE: &str = "AWS4-HMAC-SHA256 Credential=test/20261123/eu-central-1/kms/aws4_request, Signature=0";

/// What a request asks for, and so the form of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    Kms,
    Query,
    Control,
    /// No HTTP, or hardly.
    Bytes,
}

#[derive(Debug, Clone)]
struct Sent {
    face: Face,
    bytes: Vec<u8>,
}

fn request(face: Face, line: &str, headers: &[(&str, &[u8])], body: &[u8]) -> Sent {
    let mut bytes = format!("{line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len()).into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        // What would end the header is no part of it.
        bytes.extend(value.iter().filter(|byte| **byte >= 32 && **byte != 127));
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    Sent { face, bytes }
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..120)
}

/// JSON with the members that requests have, or bytes.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(vec!["alias/a", "SYMMETRIC_DEFAULT", "eu-west-1", "hang", "cutBody", "CreateKey", "AAAA", "*"])
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let name = prop_oneof![
        4 => select(vec![
            "KeyId", "AliasName", "TargetKeyId", "Policy", "Tags", "TagKey", "Description", "KeySpec", "MultiRegion", "Limit", "Marker",
            "operation", "effect", "error", "code", "status", "count", "probability", "delay", "milliseconds", "arn", "state", "allow",
            "advanceSeconds", "afterSeconds", "lag", "quotas", "creatingSeconds", "accessKey", "region", "name",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let json = leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => vec((name.clone(), inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    let deep = (1_usize..100_000).prop_map(|depth| vec![b'['; depth]);
    prop_oneof![8 => json.prop_map(|json| json.to_string().into_bytes()), 2 => any_bytes(), 1 => deep]
}

fn to_kms() -> impl Strategy<Value = Sent> {
    let known: Vec<String> = operations().map(|name| format!("TrentService.{name}")).collect();
    let target = prop_oneof![6 => select(known).prop_map(String::into_bytes), 1 => any_bytes()];
    let authorization = prop_oneof![6 => Just(SCOPE.as_bytes().to_vec()), 1 => any_bytes()];
    let line = prop_oneof![6 => Just("POST /".to_owned()), 1 => "(GET|PUT|HEAD|X) /[a-z%0-9?=&]{0,12}"];
    (target, authorization, line, any_body()).prop_map(|(target, authorization, line, body)| {
        // An answer to HEAD has no body.
        let line = line.replace("HEAD", "POST");
        request(Face::Kms, &line, &[("X-Amz-Target", &target), ("Authorization", &authorization)], &body)
    })
}

fn query() -> impl Strategy<Value = Sent> {
    let action = prop_oneof![
        4 => select(vec!["GetCallerIdentity", "AssumeRole", "CreateRole", "GetRole", "ListRoles", "PutRolePolicy", "CreateServiceLinkedRole"])
            .prop_map(str::to_owned),
        1 => "[ -~]{0,12}",
        1 => "(%[0-9a-f]{2}){1,4}",
    ];
    let member = (
        select(vec![
            "RoleArn",
            "RoleName",
            "RoleSessionName",
            "DurationSeconds",
            "PolicyDocument",
            "AWSServiceName",
            "Tags.member.1.Key",
        ]),
        "[ -%'-~]{0,12}",
    );
    let body = prop_oneof![
        6 => (action, vec(member, 0..5)).prop_map(|(action, members)| {
            let members: String = members.iter().map(|(name, value)| format!("&{name}={value}")).collect();
            format!("Action={action}{members}").into_bytes()
        }),
        1 => any_bytes(),
    ];
    body.prop_map(|body| {
        let form: &[u8] = b"application/x-www-form-urlencoded; charset=utf-8";
        request(Face::Query, "POST /", &[("Content-Type", form), ("Authorization", SCOPE.as_bytes())], &body)
    })
}

fn control() -> impl Strategy<Value = Sent> {
    let path = prop_oneof![
        8 => select(vec![
            "faults", "principals", "callers", "act", "clock", "options", "keys", "shares", "stores", "journal", "journal?since=x", "reset", "health",
        ]).prop_map(str::to_owned),
        1 => "[a-z%0-9?=&/]{0,12}",
    ];
    let host = prop_oneof![6 => Just(b"localhost".to_vec()), 1 => any_bytes()];
    (select(vec!["GET", "POST", "DELETE"]), path, host, any_body()).prop_map(|(method, path, host, body)| {
        request(Face::Control, &format!("{method} /_sim/{path}"), &[("Host", &host)], &body)
    })
}

fn bytes() -> impl Strategy<Value = Sent> {
    let start = select(vec![
        &b""[..],
        b"POST / HTTP/1.1\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ]);
    (start, any_bytes()).prop_map(|(start, rest)| Sent { face: Face::Bytes, bytes: [start, &rest].concat() })
}

async fn started() -> SocketAddr {
    let listener = listen(([127, 0, 0, 1], 0).into()).await.expect("listens");
    let address = listener.local_addr().expect("an address");
    let served = Served::new(Sim::new(State::new(1, Options::default())), None, Duration::ZERO);
    tokio::spawn(serve(listener, served));
    address
}

/// All that is answered until the connection ends.
async fn answered(address: SocketAddr, sent: &Sent) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("connects");
    // A server that has seen enough may answer and go before it has read all.
    drop(stream.write_all(&sent.bytes).await);
    // What is no HTTP may be a beginning that the server waits for the rest of.
    if sent.face == Face::Bytes {
        drop(stream.shutdown().await);
    }
    let mut answer = vec![];
    let read = tokio::time::timeout(HANGS, stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "no end of the answer");
    answer
}

/// What is wrong with the form of an answer; nothing for a good one.
fn trouble(face: Face, answer: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(answer);
    if face == Face::Bytes {
        return (!text.is_empty() && !text.starts_with("HTTP/1.1 ")).then_some("it is no HTTP");
    }
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Some("its head does not end") };
    let status = head.get(9..12).unwrap_or_default();
    if status == "400" && body.is_empty() {
        return None; // hyper's: the head was no HTTP
    }
    if !head.to_ascii_lowercase().contains("\r\nx-amzn-requestid: ") {
        return Some("it has no request ID");
    }
    let json = || serde_json::from_str::<Value>(body).ok();
    match face {
        Face::Kms | Face::Control => {
            let Some(json) = json() else { return Some("its body is no JSON") };
            let reason = if face == Face::Kms { &json["__type"] } else { &json["error"] };
            (status != "200" && !reason.is_string()).then_some("it does not say why")
        }
        Face::Query => (!is_xml(body)).then_some("its body is no XML"),
        Face::Bytes => None,
    }
}

/// Whether each element ends, and all characters are such as XML has.
fn is_xml(text: &str) -> bool {
    let mut open = vec![];
    for part in text.split('<').skip(1) {
        let Some((tag, content)) = part.split_once('>') else { return false };
        let name = tag.split(' ').next().unwrap_or_default();
        match tag.strip_prefix('/') {
            Some(ends) if open.pop() != Some(ends) => return false,
            Some(_) => {}
            None if tag.ends_with('/') => {}
            None => open.push(name),
        }
        if content.contains('>')
            || content.chars().any(|c| c < ' ' && !"\t\n\r".contains(c) || "\u{fffe}\u{ffff}".contains(c))
        {
            return false;
        }
    }
    open.is_empty() && text.starts_with('<')
}

fn check(address: SocketAddr, sent: &Sent, runtime: &Runtime) -> Result<(), TestCaseError> {
    let answer = runtime.block_on(answered(address, sent));
    let shown = || (String::from_utf8_lossy(&sent.bytes).into_owned(), String::from_utf8_lossy(&answer).into_owned());
    prop_assert!(sent.face == Face::Bytes || answer.starts_with(b"HTTP/1.1 "), "no answer: {:?}", shown());
    prop_assert_eq!(trouble(sent.face, &answer), None, "{:?}", shown());
    Ok(())
}

proptest! {
    #[test]
    fn is_answered_in_good_form(
        calls in vec(prop_oneof![5 => to_kms(), 2 => query(), 1 => bytes()], 1..6), controls in vec(control(), 0..4),
    ) {
        let runtime = Runtime::new().expect("a runtime");
        let address = runtime.block_on(started());
        // Control requests come last: among them are faults, which are meant to cut and hang.
        for sent in calls.iter().chain(&controls) {
            check(address, sent, &runtime)?;
        }
        let health = request(Face::Control, "GET /_sim/health", &[("Host", b"localhost")], b"");
        let answer = runtime.block_on(answered(address, &health));
        prop_assert!(answer.starts_with(b"HTTP/1.1 200"), "the service is still there");
    }
}

#[test]
fn a_body_that_is_too_large_is_refused_in_good_form() {
    let runtime = Runtime::new().expect("a runtime");
    let address = runtime.block_on(started());
    let large = vec![b' '; 1024 * 1024 + 1];
    let headers: &[(&str, &[u8])] = &[("X-Amz-Target", b"TrentService.ListKeys"), ("Authorization", SCOPE.as_bytes())];
    let answer = runtime.block_on(answered(address, &request(Face::Kms, "POST /", headers, &large)));
    assert!(answer.starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(trouble(Face::Kms, &answer), None, "{}", String::from_utf8_lossy(&answer));
}
