//! No access changes in silence.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::cases;
use super::model::{ACCOUNT, ASKED, SCOPE, any_policy};
use super::spelling::{any_choices, spell};
use crate::policy::{Access, Request, Via, access_changes, access_lines, equal, evaluate, named_principals};

fn contexts() -> impl Iterator<Item = BTreeMap<String, String>> {
    let with = |value: &str| BTreeMap::from([("App".to_owned(), value.to_owned())]);
    [BTreeMap::new(), with("x"), with("y"), with("w"), with("longer")].into_iter()
}

proptest! {
    #![proptest_config(cases(3_000))]

    #[test]
    fn policies_have_lines_unless_they_are_equal(
        old in any_policy(), new in any_policy(), mut one in any_choices(), mut two in any_choices(),
    ) {
        let read = |value: serde_json::Value| value.as_str().map_or(value.clone(), |text| text.parse().expect("JSON"));
        let (old, new, again) = (read(spell(&old, &mut one)), read(spell(&new, &mut two)), read(spell(&old, &mut two)));
        prop_assert_eq!(access_lines(Some(&old), &new, &SCOPE).is_empty(), equal(&old, &new));
        prop_assert_eq!(access_lines(Some(&old), &again, &SCOPE), Vec::<String>::new());
        prop_assert_eq!(access_changes(Some(&old), &again, &SCOPE), vec![]);
    }

}

proptest! {
    // Each case asks some thousand questions.
    #![proptest_config(cases(500))]

    /// Where both evaluations commit themselves and differ, the change is told.
    #[test]
    fn what_is_not_told_did_not_change(
        old in any_policy(), new in any_policy(), mut one in any_choices(), mut two in any_choices(),
    ) {
        let read = |value: serde_json::Value| value.as_str().map_or(value.clone(), |text| text.parse().expect("JSON"));
        let (old, new) = (read(spell(&old, &mut one)), read(spell(&new, &mut two)));
        let changes = access_changes(Some(&old), &new, &SCOPE);
        let facts = BTreeMap::new();
        for principal in named_principals(&old, &new) {
            for action in ASKED.iter().filter(|action| SCOPE.actions().contains(action)) {
                let told = changes.iter().any(|change| {
                    let account = principal.split(':').nth(4).unwrap_or(&principal);
                    let is_account = [account, &format!("arn:aws:iam::{account}:root")].contains(&change.principal.as_str());
                    (change.principal == principal || is_account) && change.actions.iter().any(|one| one == action)
                });
                if told {
                    continue;
                }
                for context in contexts() {
                    for via in [Via::Directly, Via::Unstated, Via::Service("s3.eu-west-1.amazonaws.com")] {
                        let ask = |policy| {
                            let request = Request {
                                principal: &principal, action, encryption_context: &context, account: ACCOUNT, via, facts: &facts,
                            };
                            evaluate(policy, &request)
                        };
                        let (from, to) = (ask(&old), ask(&new));
                        let open = [from, to].contains(&Access::Unknown);
                        prop_assert!(open || from == to, "{principal} {action} {context:?} {via:?}: {from:?} {to:?}");
                    }
                }
            }
        }
    }
}
