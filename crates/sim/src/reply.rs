//! The body of an answer, which a fault may cut in the middle.

use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};

/// Why a request gets no whole answer.
#[derive(Debug)]
pub(crate) struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is cut by a fault")
    }
}

impl std::error::Error for Cut {}

/// A body, whole or half.
#[derive(Debug)]
pub(crate) struct Reply {
    rest: Option<Bytes>,
    /// What the client is told to expect.
    length: u64,
    cut: bool,
}

impl Reply {
    pub(crate) fn whole(bytes: Vec<u8>) -> Self {
        Self { length: bytes.len() as u64, rest: Some(bytes.into()), cut: false }
    }

    /// The first half of a body, then nothing more on this connection.
    pub(crate) fn cut(self) -> Self {
        let half = self.rest.map(|bytes| bytes.slice(..bytes.len() / 2));
        Self { rest: half, length: self.length, cut: true }
    }
}

impl Body for Reply {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match self.rest.take().filter(|bytes| !bytes.is_empty()) {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None if self.cut => {
                // Once more around, so that the half that was written is sent before the connection ends.
                if self.length == 0 {
                    return Poll::Ready(Some(Err(Cut)));
                }
                self.length = 0;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        !self.cut && self.rest.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(if self.cut {
            self.length
        } else {
            self.rest.as_ref().map_or(0, |rest| rest.len() as u64)
        })
    }
}
