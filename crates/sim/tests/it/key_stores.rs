//! Custom key stores and the keys in them, through the real SDK.

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{
    ConnectionStateType, CustomKeyStoreType, KeyMetadata, KeySpec, KeyState, OriginType,
    XksProxyAuthenticationCredentialType, XksProxyConnectivityType,
};
use awskms_sim::connector::Connector;
use serde_json::json;

use crate::client::{AWAY, HOME, Refusal, in_region, outcome, pass, simulator};

const CLUSTER: &str = "cluster-abcdefghijk";

struct World {
    kms: Connector,
    client: Client,
}

impl World {
    fn new() -> Self {
        let kms = simulator();
        kms.control("POST", "options", &json!({ "connectingSeconds": 1e6 })).expect("a switch");
        let client = in_region(&kms, HOME);
        Self { kms, client }
    }

    async fn cluster_store(&self, name: &str, cluster: &str) -> Result<String, Refusal> {
        let making = self.client.create_custom_key_store().custom_key_store_name(name).cloud_hsm_cluster_id(cluster);
        let made = making.key_store_password("kmsPswd").trust_anchor_certificate("certificate").send().await;
        made.map(|made| made.custom_key_store_id.expect("an ID")).map_err(|error| crate::client::refusal(&error))
    }

    async fn external_store(&self, name: &str, endpoint: &str, service: Option<&str>) -> Result<String, Refusal> {
        use XksProxyConnectivityType::{PublicEndpoint, VpcEndpointService};
        let credential = XksProxyAuthenticationCredentialType::builder()
            .access_key_id("ABCDEFGHIJKLMNOPQRST")
            .raw_secret_access_key("a".repeat(43))
            .build()
            .expect("whole");
        let made = self
            .client
            .create_custom_key_store()
            .custom_key_store_name(name)
            .custom_key_store_type(CustomKeyStoreType::ExternalKeyStore)
            .xks_proxy_connectivity(if service.is_some() { VpcEndpointService } else { PublicEndpoint })
            .xks_proxy_uri_endpoint(endpoint)
            .xks_proxy_uri_path("/kms/xks/v1")
            .set_xks_proxy_vpc_endpoint_service_name(service.map(str::to_owned))
            .xks_proxy_authentication_credential(credential)
            .send()
            .await;
        made.map(|made| made.custom_key_store_id.expect("an ID")).map_err(|error| crate::client::refusal(&error))
    }

    async fn connect(&self, id: &str) -> Result<(), Refusal> {
        outcome(self.client.connect_custom_key_store().custom_key_store_id(id).send().await)
    }

    async fn disconnect(&self, id: &str) -> Result<(), Refusal> {
        outcome(self.client.disconnect_custom_key_store().custom_key_store_id(id).send().await)
    }

    async fn delete(&self, id: &str) -> Result<(), Refusal> {
        outcome(self.client.delete_custom_key_store().custom_key_store_id(id).send().await)
    }

    async fn state(&self, id: &str) -> (ConnectionStateType, Option<String>) {
        let found = self.client.describe_custom_key_stores().custom_key_store_id(id).send().await.expect("describes");
        let store = found.custom_key_stores.expect("a list").remove(0);
        (store.connection_state.expect("a state"), store.connection_error_code.map(|code| code.as_str().to_owned()))
    }

    async fn connected(&self, id: &str) {
        self.connect(id).await.expect("connects");
        pass(&self.kms, 1.1e6);
    }

    async fn key(&self, id: &str, external: Option<&str>) -> Result<KeyMetadata, Refusal> {
        let origin = if external.is_some() { OriginType::ExternalKeyStore } else { OriginType::AwsCloudhsm };
        let making = self.client.create_key().custom_key_store_id(id).origin(origin);
        let made = making.set_xks_key_id(external.map(str::to_owned)).send().await;
        made.map(|made| made.key_metadata.expect("metadata")).map_err(|error| crate::client::refusal(&error))
    }

    async fn describe(&self, key: &str) -> KeyMetadata {
        let found = self.client.describe_key().key_id(key).send().await.expect("describes");
        found.key_metadata.expect("metadata")
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> String {
    result.expect_err("a refusal").code
}

#[tokio::test]
async fn a_store_passes_through_its_states() {
    use ConnectionStateType::{Connected, Connecting, Disconnected, Disconnecting, Failed};
    const INVALID: &str = "CustomKeyStoreInvalidStateException";
    let world = World::new();
    let id = world.cluster_store("one", CLUSTER).await.expect("makes a store");
    assert_eq!(world.state(&id).await.0, Disconnected);
    assert_eq!(code(world.disconnect(&id).await), INVALID);
    world.connect(&id).await.expect("connects");
    assert_eq!(world.state(&id).await.0, Connecting);
    assert_eq!(code(world.delete(&id).await), INVALID);
    pass(&world.kms, 1.1e6);
    assert_eq!(world.state(&id).await.0, Connected);
    world.connect(&id).await.expect("is connected already");
    world.disconnect(&id).await.expect("disconnects");
    assert_eq!(world.state(&id).await.0, Disconnecting);
    assert_eq!(code(world.disconnect(&id).await), INVALID);
    assert_eq!(code(world.connect(&id).await), INVALID);
    pass(&world.kms, 1.1e6);
    assert_eq!(world.state(&id).await.0, Disconnected);
    world.kms.control("POST", "stores", &json!({ "id": id, "error": "USER_LOCKED_OUT" })).expect("will fail");
    world.connected(&id).await;
    assert_eq!(world.state(&id).await, (Failed, Some("USER_LOCKED_OUT".into())));
    assert_eq!(code(world.connect(&id).await), INVALID);
    assert_eq!(code(world.delete(&id).await), INVALID);
    world.disconnect(&id).await.expect("a failed store is disconnected first");
    pass(&world.kms, 1.1e6);
    world.kms.control("POST", "stores", &json!({ "id": id })).expect("will not fail");
    world.connected(&id).await;
    assert_eq!(world.state(&id).await, (Connected, None));
    world.disconnect(&id).await.expect("disconnects");
    pass(&world.kms, 1.1e6);
    world.delete(&id).await.expect("deletes");
    assert_eq!(code(world.delete(&id).await), "CustomKeyStoreNotFoundException");
}

#[tokio::test]
async fn keys_of_a_store_live_with_its_connection() {
    let world = World::new();
    let id = world.cluster_store("one", CLUSTER).await.expect("makes a store");
    assert_eq!(code(world.key(&id, None).await), "CustomKeyStoreInvalidStateException");
    world.connected(&id).await;
    let made = world.key(&id, None).await.expect("makes a key");
    assert_eq!(made.custom_key_store_id.as_ref(), Some(&id));
    assert_eq!(made.cloud_hsm_cluster_id.as_deref(), Some(CLUSTER));
    assert_eq!((made.origin, made.key_state), (Some(OriginType::AwsCloudhsm), Some(KeyState::Enabled)));
    let (key, client) = (made.arn.expect("an ARN"), &world.client);
    let blob = client.encrypt().key_id(&key).plaintext(Blob::new("p")).send().await.expect("encrypts").ciphertext_blob;
    for refused in [
        outcome(client.enable_key_rotation().key_id(&key).send().await),
        outcome(client.get_key_rotation_status().key_id(&key).send().await),
        outcome(client.rotate_key_on_demand().key_id(&key).send().await),
        outcome(client.replicate_key().key_id(&key).replica_region(AWAY).send().await),
    ] {
        assert_eq!(code(refused), "UnsupportedOperationException");
    }
    world.disconnect(&id).await.expect("disconnects");
    assert_eq!(world.describe(&key).await.key_state, Some(KeyState::Unavailable));
    let reading = || client.decrypt().set_ciphertext_blob(blob.clone()).send();
    assert_eq!(code(outcome(reading().await)), "KMSInvalidStateException");
    pass(&world.kms, 1.1e6);
    client.disable_key().key_id(&key).send().await.expect("takes effect later");
    assert_eq!(world.describe(&key).await.key_state, Some(KeyState::Unavailable));
    world.connected(&id).await;
    assert_eq!(world.describe(&key).await.key_state, Some(KeyState::Disabled));
    client.enable_key().key_id(&key).send().await.expect("enables");
    outcome(reading().await).expect("decrypts again");
    client.schedule_key_deletion().key_id(&key).pending_window_in_days(7).send().await.expect("schedules");
    world.disconnect(&id).await.expect("disconnects");
    assert_eq!(world.describe(&key).await.key_state, Some(KeyState::PendingDeletion));
    assert_eq!(code(world.delete(&id).await), "CustomKeyStoreHasCMKsException");
    client.cancel_key_deletion().key_id(&key).send().await.expect("cancels");
    assert_eq!(world.describe(&key).await.key_state, Some(KeyState::Unavailable));
    client.schedule_key_deletion().key_id(&key).pending_window_in_days(7).send().await.expect("schedules");
    pass(&world.kms, 1.1e6);
    world.delete(&id).await.expect("its keys are gone");
}

#[tokio::test]
async fn external_keys_are_used_once() {
    let world = World::new();
    let id = world.external_store("one", "https://one.example.com", None).await.expect("makes a store");
    world.connected(&id).await;
    let made = world.key(&id, Some("k1")).await.expect("makes a key");
    assert_eq!(made.xks_key_configuration.and_then(|shown| shown.id).as_deref(), Some("k1"));
    assert_eq!((made.cloud_hsm_cluster_id, made.current_key_material_id), (None, None));
    assert_eq!(code(world.key(&id, Some("k1")).await), "XksKeyAlreadyInUseException");
    world.key(&id, Some("k2")).await.expect("another external key");
    let random = world.client.generate_random().number_of_bytes(1).custom_key_store_id(&id).send().await;
    assert_eq!(code(outcome(random)), "UnsupportedOperationException");
}

#[tokio::test]
async fn what_does_not_go_together_is_refused() {
    let world = World::new();
    let (cluster, external) = (
        world.cluster_store("one", CLUSTER).await.expect("makes a store"),
        world.external_store("two", "https://one.example.com", None).await.expect("makes a store"),
    );
    world.connected(&cluster).await;
    world.connected(&external).await;
    let making = || world.client.create_key();
    let hsm = OriginType::AwsCloudhsm;
    for (request, expected) in [
        (making().custom_key_store_id(&cluster), "ValidationException"),
        (making().origin(hsm.clone()), "ValidationException"),
        (making().origin(hsm.clone()).custom_key_store_id(&external), "ValidationException"),
        (making().origin(hsm.clone()).custom_key_store_id(&cluster).xks_key_id("k"), "ValidationException"),
        (making().origin(OriginType::ExternalKeyStore).custom_key_store_id(&external), "ValidationException"),
        (making().xks_key_id("k"), "ValidationException"),
        (making().origin(hsm.clone()).custom_key_store_id("cks-0"), "CustomKeyStoreNotFoundException"),
        (
            making().origin(hsm.clone()).custom_key_store_id(&cluster).multi_region(true),
            "UnsupportedOperationException",
        ),
        (
            making()
                .origin(hsm)
                .custom_key_store_id(&cluster)
                .key_spec(KeySpec::Hmac256)
                .key_usage("GENERATE_VERIFY_MAC".into()),
            "UnsupportedOperationException",
        ),
    ] {
        assert_eq!(code(outcome(request.clone().send().await)), expected, "{request:?}");
    }
    assert_eq!(code(world.cluster_store("one", "cluster-bbbbbbbbbbb").await), "CustomKeyStoreNameInUseException");
    assert_eq!(code(world.cluster_store("three", CLUSTER).await), "CloudHsmClusterInUseException");
    assert_eq!(code(world.cluster_store("three", "cluster-1").await), "ValidationException");
    let same = world.external_store("three", "https://one.example.com", None).await;
    assert_eq!(code(same), "XksProxyUriInUseException");
    let service = "com.amazonaws.vpce.eu-central-1.vpce-svc-1";
    world.external_store("three", "https://three.example.com", Some(service)).await.expect("another way");
    let same = world.external_store("four", "https://four.example.com", Some(service)).await;
    assert_eq!(code(same), "XksProxyVpcEndpointServiceInUseException");
    let elsewhere = "com.amazonaws.vpce.eu-west-1.vpce-svc-2";
    let away = world.external_store("four", "https://four.example.com", Some(elsewhere)).await;
    assert_eq!(code(away), "XksProxyVpcEndpointServiceNotFoundException");
    let away = in_region(&world.kms, AWAY);
    assert_eq!(
        code(outcome(away.describe_custom_key_stores().custom_key_store_id(&cluster).send().await)),
        "CustomKeyStoreNotFoundException"
    );
    let both = world.client.describe_custom_key_stores().custom_key_store_id(&cluster).custom_key_store_name("one");
    assert_eq!(code(outcome(both.send().await)), "ValidationException");
}

#[tokio::test]
async fn a_connected_store_takes_a_new_name_and_little_else() {
    let world = World::new();
    let id = world.cluster_store("one", CLUSTER).await.expect("makes a store");
    let other = world.cluster_store("two", "cluster-bbbbbbbbbbb").await.expect("makes a store");
    world.connected(&id).await;
    let changing = || world.client.update_custom_key_store().custom_key_store_id(&id);
    outcome(changing().new_custom_key_store_name("three").send().await).expect("a new name");
    let found = world.client.describe_custom_key_stores().custom_key_store_name("three").send().await;
    assert_eq!(found.expect("by its new name").custom_key_stores().len(), 1);
    let taken = changing().new_custom_key_store_name("two").send().await;
    assert_eq!(code(outcome(taken)), "CustomKeyStoreNameInUseException");
    let early = changing().key_store_password("hunter-22").send().await;
    assert_eq!(code(outcome(early)), "CustomKeyStoreInvalidStateException");
    let unfit = changing().xks_proxy_uri_path("/kms/xks/v1").send().await;
    assert_eq!(code(outcome(unfit)), "ValidationException");
    world.kms.control("POST", "stores", &json!({ "id": id, "state": "DISCONNECTED" })).expect("at once");
    outcome(changing().key_store_password("hunter-22").send().await).expect("disconnected");
    let unrelated = changing().cloud_hsm_cluster_id("cluster-bbbbbbbbbbb").send().await;
    assert_eq!(code(outcome(unrelated)), "CloudHsmClusterNotRelatedException");
    outcome(changing().cloud_hsm_cluster_id("cluster-ccccccccccc").send().await).expect("a backup's cluster");
    assert_eq!(world.state(&other).await.0, ConnectionStateType::Disconnected);
    let calls = world.kms.control("GET", "journal", &json!({})).expect("the journal").to_string();
    assert!(!calls.contains("kmsPswd") && !calls.contains("hunter-22"), "passwords are not written down");
}

#[tokio::test]
async fn an_external_store_changes_its_way_to_the_proxy() {
    use XksProxyConnectivityType::{PublicEndpoint, VpcEndpointService};
    let world = World::new();
    let id = world.external_store("one", "https://one.example.com", None).await.expect("makes a store");
    let changing = || world.client.update_custom_key_store().custom_key_store_id(&id);
    let service = "com.amazonaws.vpce.eu-central-1.vpce-svc-1";
    for incomplete in [
        changing().xks_proxy_connectivity(VpcEndpointService),
        changing().xks_proxy_connectivity(VpcEndpointService).xks_proxy_uri_endpoint("https://two.example.com"),
        changing().xks_proxy_vpc_endpoint_service_name(service),
        changing().key_store_password("hunter-22"),
    ] {
        assert_eq!(code(outcome(incomplete.send().await)), "ValidationException");
    }
    let moved = changing().xks_proxy_connectivity(VpcEndpointService).xks_proxy_uri_endpoint("https://two.example.com");
    outcome(moved.xks_proxy_vpc_endpoint_service_name(service).send().await).expect("all that it needs");
    let shown = world.client.describe_custom_key_stores().custom_key_store_id(&id).send().await.expect("describes");
    let shown = shown.custom_key_stores()[0].xks_proxy_configuration().expect("a proxy").clone();
    assert_eq!(
        (shown.connectivity(), shown.uri_endpoint()),
        (Some(&VpcEndpointService), Some("https://two.example.com"))
    );
    assert_eq!(shown.vpc_endpoint_service_owner(), Some("123456789012"));
    world.connected(&id).await;
    outcome(changing().xks_proxy_uri_path("/new/kms/xks/v1").send().await).expect("while it is connected");
    let early = changing().xks_proxy_connectivity(PublicEndpoint).xks_proxy_uri_endpoint("https://one.example.com");
    assert_eq!(code(outcome(early.send().await)), "CustomKeyStoreInvalidStateException");
}
