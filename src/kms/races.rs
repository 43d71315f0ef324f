//! What resources that Pulumi runs side by side share in this process: the index of marks, the names, the pace.
//!
//! What could go wrong lies between tokio's own locks, which neither loom nor shuttle can take apart, and under plain locks
//! that are each taken once. So these are many tasks on several threads, and what must hold whichever comes first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::{BehaviorVersion, Config, Credentials, Region, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::index::MarkIndex;
use super::names::Names;
use super::run::Target;
use crate::resource::Context;

const MARK: &str = "2/00112233445566778899aabbccddeeff/0011223344556677/1/-/0011223344556677/b";

/// KMS with one key that carries a mark. It answers once it is let to, and counts.
#[derive(Debug, Clone)]
struct Kms {
    answers: Arc<Semaphore>,
    lists: Arc<AtomicUsize>,
    reads: Arc<AtomicUsize>,
}

impl Kms {
    /// One that answers so many calls, until more are allowed.
    fn answering(calls: usize) -> Self {
        Self { answers: Arc::new(Semaphore::new(calls)), lists: Arc::default(), reads: Arc::default() }
    }

    fn client(&self, region: &str) -> Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            // An answer comes when the test lets it come.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(self.clone());
        Client::from_conf(config.build())
    }

    fn target(&self, region: &str) -> Target {
        Target { client: self.client(region), region: region.to_owned(), pace: Arc::default(), names: Arc::default() }
    }
}

impl HttpClient for Kms {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Kms {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_list = request.headers().get("x-amz-target").is_some_and(|target| target.ends_with(".ListKeys"));
        let count = if is_list { &self.lists } else { &self.reads };
        count.fetch_add(1, Ordering::SeqCst);
        let answers = self.answers.clone();
        HttpConnectorFuture::new(async move {
            answers.acquire().await.expect("it is never closed").forget();
            let body = if is_list {
                r#"{"Keys": [{"KeyId": "k", "KeyArn": "arn:aws:kms:eu-west-1:111122223333:key/k"}]}"#.to_owned()
            } else {
                format!(r#"{{"Tags": [{{"TagKey": "awskms:owner", "TagValue": "{MARK}"}}]}}"#)
            };
            Ok(HttpResponse::new(200.try_into().expect("a status"), SdkBody::from(body)))
        })
    }
}

/// Waits until something holds that another task brings about.
async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn resources_that_look_at_once_cause_one_look() {
    for _ in 0..50 {
        let (index, kms) = (Arc::new(MarkIndex::default()), Kms::answering(0));
        let looks = (0..24).map(|number| {
            let (index, target) = (index.clone(), kms.target("eu-west-1"));
            tokio::spawn(async move { index.known(&Context::for_tests(&format!("{number}")), &target).await })
        });
        let looks: Vec<_> = looks.collect();
        until(|| kms.lists.load(Ordering::SeqCst) > 0).await;
        kms.answers.add_permits(1_000);
        for found in join_all(looks).await {
            let found = found.expect("no panic").expect("KMS answers");
            assert_eq!(found.keys.len(), 1);
        }
        let calls = (kms.lists.load(Ordering::SeqCst), kms.reads.load(Ordering::SeqCst));
        assert_eq!(calls, (1, 1), "lists and reads of tags");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_look_that_is_cancelled_leaves_the_others_theirs() {
    for first in 0..50 {
        let (index, kms) = (Arc::new(MarkIndex::default()), Kms::answering(first % 2));
        let contexts: Vec<Context> = (0..8).map(|number| Context::for_tests(&format!("{number}"))).collect();
        let looks = contexts.iter().map(|context| {
            let (index, target, context) = (index.clone(), kms.target("eu-west-1"), context.clone());
            tokio::spawn(async move { index.known(&context, &target).await })
        });
        let looks: Vec<_> = looks.collect();
        until(|| kms.lists.load(Ordering::SeqCst) > 0).await;
        // Whoever of them is looking at the moment, or waits for who does.
        contexts[..4].iter().for_each(|context| context.cancel.cancel());
        kms.answers.add_permits(1_000);
        let found = join_all(looks).await;
        for found in &found[4..] {
            assert_eq!(found.as_ref().expect("no panic").as_ref().expect("KMS answers").keys.len(), 1);
        }
        assert!(kms.lists.load(Ordering::SeqCst) <= 5, "a finished look counts for all that come after it");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_region_that_does_not_answer_holds_up_no_other() {
    let (index, dead, live) = (Arc::new(MarkIndex::default()), Kms::answering(0), Kms::answering(1_000));
    let waiting = Context::for_tests("a");
    let stuck = tokio::spawn({
        let (index, target, context) = (index.clone(), dead.target("eu-central-1"), waiting.clone());
        async move { index.known(&context, &target).await }
    });
    until(|| dead.lists.load(Ordering::SeqCst) > 0).await;
    let (other, target) = (Context::for_tests("b"), live.target("eu-west-1"));
    let found = tokio::time::timeout(Duration::from_secs(20), index.known(&other, &target)).await;
    assert_eq!(found.expect("nothing holds it up").expect("it answers").keys.len(), 1);
    waiting.cancel.cancel();
    assert!(stuck.await.expect("no panic").is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_at_a_time_is_alone_with_a_name() {
    let names = Arc::new(Names::default());
    let inside: Arc<[AtomicUsize; 3]> = Arc::default();
    let tasks = (0..12).map(|task| {
        let (names, inside) = (names.clone(), inside.clone());
        tokio::spawn(async move {
            for round in 0..200 {
                let which = (task + round) % inside.len();
                let _alone = names.alone_with("r", &format!("alias/{which}")).await;
                assert_eq!(inside[which].fetch_add(1, Ordering::SeqCst), 0, "somebody else is at work on the name");
                tokio::task::yield_now().await;
                inside[which].fetch_sub(1, Ordering::SeqCst);
            }
        })
    });
    for task in join_all(tasks.collect::<Vec<_>>()).await {
        task.expect("nobody meets another");
    }
    // Another name, or the same one in another Region, is nobody's.
    let _all = [names.alone_with("r", "x").await, names.alone_with("r", "y").await, names.alone_with("s", "x").await];
}

#[test]
fn of_two_that_want_a_name_one_at_least_hears_of_the_other() {
    let of = |alias: &str| BTreeMap::from([("r".to_owned(), BTreeSet::from([alias.to_owned()]))]);
    for _ in 0..2_000 {
        let (names, start) = (Names::default(), Barrier::new(2));
        let want = |urn: &str| {
            start.wait();
            !names.want(urn, of("alias/x")).is_empty()
        };
        let (first, second) = std::thread::scope(|scope| {
            let first = scope.spawn(|| want("a"));
            (want("b"), first.join().expect("no panic"))
        });
        assert!(first != second, "exactly the later one hears of the earlier one: {first} {second}");
    }
}
