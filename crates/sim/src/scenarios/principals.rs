//! Roles that have a path, that go and come back, and that are of other partitions; and how refusals name the reason.

use serde_json::{Value, json};

use super::{ADMIN, APP, APP_ROLE, REGION, ROOT, World};

fn allowing(principal: &str, action: &str) -> String {
    let root = format!("arn:{}:iam::123456789012:root", principal.split(':').nth(1).expect("a partition"));
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": root }, "Action": "kms:*", "Resource": "*" },
        { "Sid": "x", "Effect": "Allow", "Principal": { "AWS": [principal] }, "Action": [action], "Resource": "*" },
    ] })
    .to_string()
}

/// The text between two others in an answer.
fn between<'a>(xml: &'a str, name: &str) -> &'a str {
    let (_, rest) = xml.split_once(&format!("<{name}>")).expect(name);
    rest.split_once(&format!("</{name}>")).expect(name).0
}

/// A session of a role.
fn session(world: &mut World, region: &str, role: &str) -> String {
    let xml = world.query(region, &format!("Action=AssumeRole&RoleArn={role}&RoleSessionName=s"));
    between(&xml, "AccessKeyId").to_owned()
}

fn role(world: &mut World, region: &str, name: &str, path: &str) -> String {
    let form = format!("Action=CreateRole&RoleName={name}&Path={path}&AssumeRolePolicyDocument={{}}");
    between(&world.query(region, &form), "Arn").to_owned()
}

fn policy_of(world: &mut World, key: &str) -> Value {
    let answer = world.ask("GetKeyPolicy", json!({ "KeyId": key }));
    serde_json::from_str(answer["Policy"].as_str().expect("a text")).expect("JSON")
}

#[test]
fn a_role_that_is_made_again_is_another_principal() {
    let mut world = World::new();
    let arn = role(&mut world, REGION, "Job2", "/");
    let key = world.key(json!({ "Policy": allowing(&arn, "kms:DescribeKey") }));
    let described = json!({ "KeyId": key });
    let first = session(&mut world, REGION, &arn);
    world.call(&first, "DescribeKey", described.clone()).expect("the policy names it");
    let id = between(&world.query(REGION, "Action=GetRole&RoleName=Job2"), "RoleId").to_owned();
    world.query(REGION, "Action=DeleteRole&RoleName=Job2");
    assert_eq!(world.call(&first, "DescribeKey", described.clone()), Err("AccessDeniedException".into()));
    world.pass(1.0);
    assert_eq!(role(&mut world, REGION, "Job2", "/"), arn);
    let second = session(&mut world, REGION, &arn);
    for access in [&first, &second] {
        assert_eq!(world.call(access, "DescribeKey", described.clone()), Err("AccessDeniedException".into()));
    }
    assert_eq!(policy_of(&mut world, &key)["Statement"][1]["Principal"]["AWS"], json!(id), "shown by what was meant");
    world.ask("PutKeyPolicy", json!({ "KeyId": key, "Policy": allowing(&arn, "kms:DescribeKey") }));
    world.call(&second, "DescribeKey", described).expect("the policy names the new one");
    assert_eq!(policy_of(&mut world, &key)["Statement"][1]["Principal"]["AWS"], json!(arn));
}

#[test]
fn roles_may_have_a_path() {
    let mut world = World::new();
    let path = "/aws-reserved/sso.amazonaws.com/eu-central-1/";
    let arn = role(&mut world, REGION, "AWSReservedSSO_Admin_0123456789abcdef", path);
    assert!(arn.contains(path), "{arn}");
    let access = session(&mut world, REGION, &arn);
    let xml = super::query::answer(&mut world.sim, world.now, &access, REGION, b"Action=GetCallerIdentity");
    let caller = xml.expect("an answer").0;
    let seen = between(&caller, "Arn");
    assert_eq!(seen, "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/s");
    for named in [arn.as_str(), seen] {
        let key = world.key(json!({ "Policy": allowing(named, "kms:DescribeKey") }));
        world.call(&access, "DescribeKey", json!({ "KeyId": key })).expect(named);
    }
    let without = arn.replace(path, "/");
    let refused = world.refused("CreateKey", json!({ "Policy": allowing(&without, "kms:DescribeKey") }));
    assert_eq!(refused, "MalformedPolicyDocumentException");
}

#[test]
fn other_partitions_have_their_own_names() {
    for (region, partition) in [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")] {
        let mut world = World::new();
        let made = world.call_in(region, ADMIN, "CreateKey", json!({})).expect("a key");
        let key = made["KeyMetadata"]["Arn"].as_str().expect("an ARN").to_owned();
        assert!(key.starts_with(&format!("arn:{partition}:kms:{region}:123456789012:key/")), "{key}");
        let root = format!("arn:{partition}:iam::123456789012:root");
        let policy = world.call_in(region, ADMIN, "GetKeyPolicy", json!({ "KeyId": key })).expect("a policy");
        assert!(policy["Policy"].as_str().expect("a text").contains(&root), "{policy}");
        let absent = "00000000-0000-0000-0000-000000000000";
        let (code, text) = world.refusal(region, ADMIN, "DescribeKey", json!({ "KeyId": absent }));
        assert_eq!(code, "NotFoundException");
        let name = format!("arn:{partition}:kms:{region}:123456789012:key/{absent}");
        assert_eq!(text, json!(format!("Key '{name}' does not exist")));
        let arn = role(&mut world, region, "Job2", "/");
        assert_eq!(arn, format!("arn:{partition}:iam::123456789012:role/Job2"));
        let put = json!({ "KeyId": key, "Policy": allowing(&arn, "kms:DescribeKey") });
        world.call_in(region, ADMIN, "PutKeyPolicy", put).expect("a role of the partition");
        let access = session(&mut world, region, &arn);
        world.call_in(region, &access, "DescribeKey", json!({ "KeyId": key })).expect("the policy names it");
        let foreign = json!({ "KeyId": key, "Policy": allowing(APP_ROLE, "kms:DescribeKey") });
        let refused = world.call_in(region, ADMIN, "PutKeyPolicy", foreign);
        assert_eq!(refused, Err("MalformedPolicyDocumentException".into()), "a role of another partition");
    }
}

#[test]
fn refusals_name_the_policy_that_is_missing_or_denies() {
    let mut world = World::new();
    let user = "User: arn:aws:sts::123456789012:assumed-role/App/s is not authorized to perform:";
    let open = world.key(json!({}));
    let shut = world.key(json!({ "BypassPolicyLockoutSafetyCheck": true, "Policy": json!({
        "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "AWS": APP_ROLE }, "Action": "kms:PutKeyPolicy", "Resource": "*",
        }],
    }).to_string() }));
    let denying = world.key(json!({ "Policy": json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": ROOT }, "Action": "kms:*", "Resource": "*" },
        { "Effect": "Deny", "Principal": "*", "Action": "kms:DescribeKey", "Resource": "*" },
    ] }).to_string() }));
    let tags = json!([{ "TagKey": "a", "TagValue": "b" }]);
    for (operation, body, end) in [
        (
            "CreateKey",
            json!({}),
            "kms:CreateKey on resource: * because no identity-based policy allows the kms:CreateKey action".to_owned(),
        ),
        (
            "DescribeKey",
            json!({ "KeyId": open }),
            format!(
                "kms:DescribeKey on resource: {open} because no identity-based policy allows the kms:DescribeKey action"
            ),
        ),
        (
            "DescribeKey",
            json!({ "KeyId": shut }),
            format!(
                "kms:DescribeKey on resource: {shut} because no resource-based policy allows the kms:DescribeKey action"
            ),
        ),
        (
            "DescribeKey",
            json!({ "KeyId": denying }),
            format!("kms:DescribeKey on resource: {denying} with an explicit deny in a resource-based policy"),
        ),
    ] {
        let refused = world.refusal(REGION, APP, operation, body);
        assert_eq!(refused, ("AccessDeniedException".into(), json!(format!("{user} {end}"))));
    }
    let form = "Action=PutRolePolicy&RoleName=App&PolicyName=p&PolicyDocument=";
    let own = |effect: &str, action: &str| {
        json!({ "Version": "2012-10-17", "Statement": { "Effect": effect, "Action": action, "Resource": "*" } })
            .to_string()
    };
    world.query(REGION, &format!("{form}{}", own("Allow", "kms:CreateKey")));
    let refused = world.refusal(REGION, APP, "CreateKey", json!({ "Tags": tags }));
    let end = "kms:TagResource because no identity-based policy allows the kms:TagResource action";
    assert_eq!(refused.1, json!(format!("{user} {end}")));
    world.query(REGION, &format!("{form}{}", own("Deny", "kms:*")));
    let refused = world.refusal(REGION, APP, "DescribeKey", json!({ "KeyId": open }));
    assert_eq!(
        refused.1,
        json!(format!("{user} kms:DescribeKey on resource: {open} with an explicit deny in an identity-based policy"))
    );
}

#[test]
fn policies_come_back_as_they_were_put_or_with_principals_reordered() {
    let mut world = World::new();
    let text = format!(
        "{{ \"Statement\" :[{{\"Resource\":[\"*\"], \"Effect\":\"Allow\",\"Action\":[\"kms:Put*\",\"kms:A*\",\"kms:Get*\"],\n\
         \"Principal\":{{\"AWS\":[\"{ROOT}\",\"{APP_ROLE}\"]}}}}], \"Version\":\"2012-10-17\"}}"
    );
    let key = world.key(json!({ "Policy": text }));
    let shown = policy_of(&mut world, &key);
    let statement = &shown["Statement"][0];
    assert_eq!(statement["Action"], json!(["kms:Put*", "kms:A*", "kms:Get*"]), "their order is the user's");
    assert_eq!(statement["Resource"], json!("*"));
    assert_eq!(statement["Principal"]["AWS"], json!([ROOT, APP_ROLE]));
    world.sim.state.options.rewrite_policies = false;
    assert_eq!(world.ask("GetKeyPolicy", json!({ "KeyId": key }))["Policy"], json!(text));
}
