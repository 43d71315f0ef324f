//! Recognising why no answer came, by an error and its causes. Their texts are compared and never copied.

use std::error::Error;
use std::io;

/// Why no connection was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Connection {
    /// In words.
    pub(crate) why: &'static str,
    /// Whether the next attempt would fail like this one.
    pub(crate) is_final: bool,
}

/// An error and its causes, the outermost first.
pub(super) fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn Error + 'static) = *error;
        error.source()
    })
}

/// Whether an error or one of its causes says one of these texts.
pub(super) fn says(error: &(dyn Error + 'static), signs: &[&str]) -> bool {
    causes(error).any(|cause| {
        let text = cause.to_string();
        signs.iter().any(|sign| text.contains(sign))
    })
}

/// Why no connection was made; `None` if one was, or if that is not known.
///
/// hyper says "client error (Connect)" for what went wrong before a connection stood, and "client error (`SendRequest`)" for
/// what went wrong on one. Only the first proves that nothing happened.
pub(crate) fn connection(error: &(dyn Error + 'static)) -> Option<Connection> {
    if !says(error, &["tcp connect error", "dns error", "(Connect)", "connect timeout", "HTTP connect"]) {
        return None;
    }
    let for_now = |why| Some(Connection { why, is_final: false });
    let for_good = |why| Some(Connection { why, is_final: true });
    if says(error, &["Temporary failure in name resolution"]) {
        return for_now("the name of the host could not be looked up (DNS does not answer)");
    }
    if says(error, &["dns error", "failed to lookup address"]) {
        return for_good("the name of the host is not known (DNS)");
    }
    let kinds = || causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    if kinds().any(|kind| kind == io::ErrorKind::ConnectionRefused) {
        return for_good("the connection was refused: nothing listens at the address");
    }
    if kinds().any(|kind| matches!(kind, io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable)) {
        return for_good("there is no route to the address");
    }
    if says(error, &["certificate", "UnknownIssuer", "NotValidForName"]) {
        return for_good("the TLS certificate of what answered is not trusted, or is for another name");
    }
    if says(error, &["InvalidContentType", "corrupt message", "tls handshake", "HandshakeFailure", "ProtocolVersion"]) {
        return for_good("what answered does not speak HTTPS as AWS does");
    }
    if is_timeout(error) {
        return for_now("no connection was made in time");
    }
    for_now("no connection could be made")
}

/// Whether time ran out.
pub(super) fn is_timeout(error: &(dyn Error + 'static)) -> bool {
    let by_kind = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>());
    by_kind.map(io::Error::kind).any(|kind| kind == io::ErrorKind::TimedOut) || says(error, &["timeout", "timed out"])
}

/// Whether a connection that stood was lost.
pub(super) fn is_lost(error: &(dyn Error + 'static)) -> bool {
    let lost = [
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::BrokenPipe,
        io::ErrorKind::UnexpectedEof,
    ];
    let by_kind = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>());
    by_kind.map(io::Error::kind).any(|kind| lost.contains(&kind))
        || says(
            error,
            &["connection closed", "error reading a body", "connection error", "end of file", "(SendRequest)"],
        )
}

/// What in the client's configuration keeps a call from being sent.
pub(super) fn misconfigured(error: &(dyn Error + 'static)) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 6] = [
        (
            "FIPS and custom endpoint",
            "useFipsEndpoint and an endpoint of one's own exclude each other; remove one of them",
        ),
        (
            "Dualstack and custom endpoint",
            "useDualstackEndpoint and an endpoint of one's own exclude each other; remove one of them",
        ),
        ("FIPS", "AWS has no FIPS endpoint there; set useFipsEndpoint to false"),
        ("DualStack", "AWS has no dual-stack endpoint there; set useDualstackEndpoint to false"),
        ("Missing Region", "no Region is known"),
        (
            "endpoint",
            "the endpoint cannot be called; correct the provider's endpoint or endpoints, or AWS_ENDPOINT_URL",
        ),
    ];
    KNOWN.into_iter().find(|(sign, _)| says(error, &[sign])).map(|(_, why)| why)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{connection, is_lost, is_timeout};

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Layer(&'static str, #[source] io::Error);

    #[test]
    fn only_what_never_connected_proves_that_nothing_happened() {
        let refused = Layer("client error (Connect)", io::ErrorKind::ConnectionRefused.into());
        assert!(connection(&refused).is_some_and(|found| found.is_final));
        let late = Layer("HTTP connect timeout occurred after 3s", io::ErrorKind::TimedOut.into());
        assert!(connection(&late).is_some_and(|found| !found.is_final));
        let lost = Layer("client error (SendRequest)", io::ErrorKind::ConnectionReset.into());
        assert!(connection(&lost).is_none() && is_lost(&lost) && !is_timeout(&lost));
    }
}
