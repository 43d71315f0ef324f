//! Multi-Region sets through the real SDK: what is shared, what is each Region's own, and how time moves them on.

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{KeyMetadata, KeyState, MultiRegionKeyType, Tag};
use awskms_sim::connector::Connector;
use serde_json::json;

use crate::client::{AWAY, HOME, THIRD, in_region, outcome, pass, refusal, simulator};

const DAY: f64 = 86_400.0;

struct Set {
    kms: Connector,
    home: Client,
    away: Client,
    primary: String,
    replica: String,
}

async fn primary() -> Set {
    let kms = simulator();
    let (home, away) = (in_region(&kms, HOME), in_region(&kms, AWAY));
    let tag = Tag::builder().tag_key("k").tag_value("v").build().expect("a tag");
    let making = home.create_key().multi_region(true).description("first").tags(tag);
    let arn = making.send().await.expect("makes a key").key_metadata.and_then(|made| made.arn).expect("an ARN");
    Set { replica: arn.replace(HOME, AWAY), primary: arn, kms, home, away }
}

/// A primary with a replica that is ready.
async fn pair() -> Set {
    let set = primary().await;
    set.home.replicate_key().key_id(&set.primary).replica_region(AWAY).send().await.expect("replicates");
    pass(&set.kms, 1e6);
    set
}

async fn describe(client: &Client, arn: &str) -> KeyMetadata {
    client.describe_key().key_id(arn).send().await.expect("describes").key_metadata.expect("metadata")
}

async fn state(client: &Client, arn: &str) -> KeyState {
    describe(client, arn).await.key_state.expect("a state")
}

/// Role, ARN of the primary, and ARNs of the replicas.
fn roles(metadata: &KeyMetadata) -> (MultiRegionKeyType, String, Vec<String>) {
    let roles = metadata.multi_region_configuration().expect("a set");
    let arn = |key: &aws_sdk_kms::types::MultiRegionKey| key.arn().expect("an ARN").to_owned();
    (
        roles.multi_region_key_type().expect("a role").clone(),
        roles.primary_key().map(arn).expect("a primary"),
        roles.replica_keys().iter().map(arn).collect(),
    )
}

/// Names of aliases that are the user's; predefined ones have no target.
async fn own_aliases(client: &Client) -> Vec<String> {
    let found = client.list_aliases().send().await.expect("lists");
    found
        .aliases()
        .iter()
        .filter(|alias| alias.target_key_id.is_some())
        .filter_map(|alias| alias.alias_name.clone())
        .collect()
}

#[tokio::test]
async fn a_replica_is_creating_for_a_while_and_inherits_nothing_of_its_region() {
    let set = primary().await;
    let made = set.home.replicate_key().key_id(&set.primary).replica_region(AWAY).send().await.expect("replicates");
    let shown = made.replica_key_metadata.expect("metadata");
    assert_eq!((shown.key_state.clone(), shown.enabled), (Some(KeyState::Creating), false));
    assert!(shown.key_id().starts_with("mrk-") && shown.key_id().len() == 36);
    assert_eq!(shown.description(), Some(""));
    let (role, first, replicas) = roles(&shown);
    assert_eq!((role, first, replicas), (MultiRegionKeyType::Replica, set.primary.clone(), vec![set.replica.clone()]));
    let refused = outcome(set.away.disable_key().key_id(&set.replica).send().await).expect_err("it is creating");
    assert_eq!(refused.message, format!("{} is creating.", set.replica));
    pass(&set.kms, 1e6);
    assert_eq!(state(&set.away, &set.replica).await, KeyState::Enabled);
    let tags = set.away.list_resource_tags().key_id(&set.replica).send().await.expect("lists");
    assert!(tags.tags().is_empty());
    let (role, first, replicas) = roles(&describe(&set.home, &set.primary).await);
    assert_eq!((role, first, replicas), (MultiRegionKeyType::Primary, set.primary, vec![set.replica]));
}

#[tokio::test]
async fn material_and_rotation_are_shared_and_the_rest_is_not() {
    let set = pair().await;
    set.home.enable_key_rotation().key_id(&set.primary).rotation_period_in_days(90).send().await.expect("rotates");
    let sealed = set.home.encrypt().key_id(&set.primary).plaintext(Blob::new("x")).send().await.expect("encrypts");
    let blob = sealed.ciphertext_blob.expect("a ciphertext");
    pass(&set.kms, 91.0 * DAY);
    let status = set.away.get_key_rotation_status().key_id(&set.replica).send().await.expect("tells");
    assert_eq!((status.key_rotation_enabled, status.rotation_period_in_days), (true, Some(90)));
    let (one, other) = (describe(&set.home, &set.primary).await, describe(&set.away, &set.replica).await);
    assert_eq!(one.current_key_material_id, other.current_key_material_id);
    let opened = set.away.decrypt().ciphertext_blob(blob).send().await.expect("decrypts in the other Region");
    assert_eq!(opened.key_id.as_deref(), Some(set.replica.as_str()));
    assert_ne!(opened.key_material_id, one.current_key_material_id, "it has rotated since");

    set.away.disable_key().key_id(&set.replica).send().await.expect("disables");
    assert_eq!(state(&set.home, &set.primary).await, KeyState::Enabled);
    set.home.create_alias().alias_name("alias/a").target_key_id(&set.primary).send().await.expect("names");
    assert!(own_aliases(&set.away).await.is_empty());
    for refused in [
        outcome(set.away.enable_key_rotation().key_id(&set.replica).send().await),
        outcome(set.away.disable_key_rotation().key_id(&set.replica).send().await),
    ] {
        assert_eq!(refused.expect_err("it is disabled").code, "DisabledException");
    }
    set.away.enable_key().key_id(&set.replica).send().await.expect("enables");
    for refused in [
        outcome(set.away.enable_key_rotation().key_id(&set.replica).send().await),
        outcome(set.away.disable_key_rotation().key_id(&set.replica).send().await),
        outcome(set.away.rotate_key_on_demand().key_id(&set.replica).send().await),
        outcome(set.away.replicate_key().key_id(&set.replica).replica_region(THIRD).send().await),
        outcome(set.away.update_primary_region().key_id(&set.replica).primary_region(HOME).send().await),
    ] {
        let refused = refused.expect_err("it is a replica");
        assert_eq!(refused.code, "UnsupportedOperationException");
        assert_eq!(refused.message, format!("{} is not a multi-region primary key.", set.replica));
    }
}

#[tokio::test]
async fn what_cannot_be_replicated() {
    let set = pair().await;
    let single = set.home.create_key().send().await.expect("makes a key").key_metadata.expect("metadata").key_id;
    for (key, region, code) in [
        (set.primary.as_str(), AWAY, "AlreadyExistsException"),
        (&set.primary, HOME, "ValidationException"),
        (&set.primary, "eu-nowhere-1", "ValidationException"),
        (&set.primary, "cn-north-1", "ValidationException"),
        (&set.primary, "Europe", "ValidationException"),
        (&single, THIRD, "UnsupportedOperationException"),
    ] {
        let came = set.home.replicate_key().key_id(key).replica_region(region).send().await;
        assert_eq!(outcome(came).expect_err(region).code, code, "{region}");
    }
    set.away.schedule_key_deletion().key_id(&set.replica).send().await.expect("schedules");
    let came = set.home.replicate_key().key_id(&set.primary).replica_region(AWAY).send().await;
    assert_eq!(outcome(came).expect_err("it still exists").code, "AlreadyExistsException");
}

#[tokio::test]
async fn the_primary_moves_while_both_are_updating() {
    let set = pair().await;
    set.home.update_primary_region().key_id(&set.primary).primary_region(AWAY).send().await.expect("moves");
    assert_eq!(state(&set.home, &set.primary).await, KeyState::Updating);
    assert_eq!(state(&set.away, &set.replica).await, KeyState::Updating);
    set.home.encrypt().key_id(&set.primary).plaintext(Blob::new("x")).send().await.expect("is usable meanwhile");
    let refused = outcome(set.home.schedule_key_deletion().key_id(&set.primary).send().await);
    assert_eq!(refused.expect_err("it is updating").message, format!("{} is updating.", set.primary));
    pass(&set.kms, 1e6);
    let (role, first, replicas) = roles(&describe(&set.home, &set.primary).await);
    assert_eq!((role, first, replicas), (MultiRegionKeyType::Replica, set.replica.clone(), vec![set.primary.clone()]));
    assert_eq!(roles(&describe(&set.away, &set.replica).await).0, MultiRegionKeyType::Primary);
    assert_eq!(state(&set.away, &set.replica).await, KeyState::Enabled);
    set.away.enable_key_rotation().key_id(&set.replica).send().await.expect("the new primary rotates");
    let came = set.home.update_primary_region().key_id(&set.primary).primary_region(AWAY).send().await;
    assert_eq!(outcome(came).expect_err("it is a replica now").code, "UnsupportedOperationException");
    let came = set.away.update_primary_region().key_id(&set.replica).primary_region(THIRD).send().await;
    assert_eq!(outcome(came).expect_err("there is no replica").code, "NotFoundException");
    set.home.disable_key().key_id(&set.primary).send().await.expect("disables");
    let came = set.away.update_primary_region().key_id(&set.replica).primary_region(HOME).send().await;
    assert_eq!(outcome(came).expect_err("the replica is disabled").code, "DisabledException");
}

#[tokio::test]
async fn a_primary_waits_for_its_last_replica() {
    let set = pair().await;
    set.home.create_alias().alias_name("alias/a").target_key_id(&set.primary).send().await.expect("names");
    let deleting = set.home.schedule_key_deletion().key_id(&set.primary).pending_window_in_days(10);
    let answer = deleting.send().await.expect("schedules");
    assert_eq!((answer.key_state, answer.deletion_date), (Some(KeyState::PendingReplicaDeletion), None));
    assert_eq!(answer.pending_window_in_days, Some(10));
    let shown = describe(&set.home, &set.primary).await;
    assert_eq!((shown.deletion_date, shown.pending_deletion_window_in_days), (None, Some(10)));
    pass(&set.kms, 400.0 * DAY);
    assert_eq!(state(&set.home, &set.primary).await, KeyState::PendingReplicaDeletion);

    set.home.cancel_key_deletion().key_id(&set.primary).send().await.expect("cancels");
    assert_eq!(state(&set.home, &set.primary).await, KeyState::Disabled);
    set.home.schedule_key_deletion().key_id(&set.primary).pending_window_in_days(10).send().await.expect("schedules");
    set.away.schedule_key_deletion().key_id(&set.replica).pending_window_in_days(7).send().await.expect("schedules");
    pass(&set.kms, 7.0 * DAY + 10.0);
    let gone = refusal(&set.away.describe_key().key_id(&set.replica).send().await.expect_err("it is gone"));
    assert_eq!(gone.code, "NotFoundException");
    let shown = describe(&set.home, &set.primary).await;
    assert_eq!(shown.key_state, Some(KeyState::PendingDeletion));
    assert!(shown.deletion_date.is_some());
    pass(&set.kms, 10.0 * DAY);
    assert_eq!(outcome(set.home.describe_key().key_id(&set.primary).send().await).expect_err("gone").code, gone.code);
    assert!(own_aliases(&set.home).await.is_empty());
}

#[tokio::test]
async fn one_jump_of_the_clock_is_as_good_as_many() {
    let set = pair().await;
    set.home.schedule_key_deletion().key_id(&set.primary).pending_window_in_days(10).send().await.expect("schedules");
    set.away.schedule_key_deletion().key_id(&set.replica).pending_window_in_days(7).send().await.expect("schedules");
    pass(&set.kms, 16.0 * DAY);
    assert_eq!(state(&set.home, &set.primary).await, KeyState::PendingDeletion);
    pass(&set.kms, 1.1 * DAY);
    let keys = set.kms.control("GET", "keys", &json!(null)).expect("lists");
    assert_eq!(keys["keys"], json!([]));
}

#[tokio::test]
async fn a_disabled_key_catches_up_with_one_rotation() {
    let set = pair().await;
    set.home.enable_key_rotation().key_id(&set.primary).rotation_period_in_days(90).send().await.expect("rotates");
    let before = describe(&set.home, &set.primary).await.current_key_material_id;
    set.home.disable_key().key_id(&set.primary).send().await.expect("disables");
    pass(&set.kms, 1000.0 * DAY);
    assert_eq!(describe(&set.home, &set.primary).await.current_key_material_id, before);
    set.home.enable_key().key_id(&set.primary).send().await.expect("enables");
    let after = describe(&set.home, &set.primary).await.current_key_material_id;
    assert_ne!(after, before);
    assert_eq!(describe(&set.away, &set.replica).await.current_key_material_id, after);
    pass(&set.kms, 89.0 * DAY);
    assert_eq!(describe(&set.home, &set.primary).await.current_key_material_id, after);
}
