//! Waiting for new replicas: KMS answers `ReplicateKey` at once and copies the key material afterwards. Until then every use of the
//! replica fails, so a run that ended before would hand out a key that does not work.

use std::time::Duration;

use awskms_core::observed::KeyState;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::super::look::look_up;
use super::super::lookup::Lookup;
use super::super::observe::describe;
use super::super::patience;
use super::{ExecutedSet, SetRun};

/// How long a replica may take if the user sets no `customTimeouts`; users report ten minutes between far Regions.
const AT_MOST: Duration = Duration::from_mins(20);

/// Waits for all replicas at the same time. One that is not usable in time is part of the answer; the next run waits on.
pub(super) async fn wait(on: &SetRun<'_>, run: &mut ExecutedSet) {
    let coming = run.set.members.iter().filter(|(region, member)| {
        **region != run.set.primary && member.metadata.state == KeyState::Creating && !run.is_stuck(region)
    });
    let coming: Vec<(String, String)> =
        coming.map(|(region, member)| (region.clone(), member.metadata.arn.clone())).collect();
    let waits = coming.into_iter().map(|(region, arn)| async move {
        let state = state_of(on, &region, &arn).await;
        (region, state)
    });
    for (region, state) in join_all(waits).await {
        match state {
            Ok(state) => {
                if let Some(member) = run.set.members.get_mut(&region) {
                    member.metadata.state = state;
                }
            }
            Err(why) => drop(run.unusable.insert(region, why)),
        }
    }
}

/// The state of a replica once KMS has made it, or why it is not known to be usable.
async fn state_of(on: &SetRun<'_>, region: &str, arn: &str) -> Result<KeyState, String> {
    let (target, context) = ((on.at)(region), on.context.in_region(region));
    let started = Instant::now();
    let mut attempt = 0;
    loop {
        let seen = look_up(&context, region, describe(&target.client, region, arn)).await;
        let last = match seen {
            Lookup::Present(metadata) if !metadata.state.passes() => {
                context.log.done();
                return Ok(metadata.state);
            }
            Lookup::Present(metadata) => format!("KMS says {}", metadata.state.as_str()),
            Lookup::Absent => "KMS does not show it yet".to_owned(),
            Lookup::Unknown(error) => error.to_string(),
        };
        let over = (started.elapsed() > AT_MOST).then_some("twenty minutes are over");
        if let Some(why) = context.stopped().or(over) {
            return Err(format!(
                "the replica {arn} cannot be used yet ({last}), and {why}; run `pulumi up` again to wait on"
            ));
        }
        attempt += 1;
        let waited = started.elapsed().as_secs();
        context.log.status(&format!("waiting for the replica to become usable ({waited} s)"));
        tokio::select! {
            () = context.ended() => {}
            () = tokio::time::sleep(patience::pause(attempt)) => {}
        }
    }
}
