//! A policy's statements, prepared so that each principal's access can be read off without looking at the text again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::caller::Caller;
use super::super::condition::{Operator, one_holds};
use super::super::evaluate::{action, concerning, resource};
use super::super::grammar::{CONTEXT, condition_key, statements, texts};
use super::super::normal::{condition_values, principal_names};
use super::super::request::{Request, Via};
use super::super::truth::Truth;
use super::clause::{Clause, Condition, Conditions, Granted, Key, Way};
use super::scope::{Class, Scope};

/// What a comparison shares between its two policies.
#[derive(Debug)]
pub(super) struct Shared<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) actions: Vec<String>,
    pub(super) conditions: Conditions,
    clauses: Clauses,
    /// What sets of clauses come to, so that nothing is asked twice.
    granted: BTreeMap<Vec<usize>, Granted>,
    /// Conditions evaluated and clauses compared so far: what bounds the time.
    pub(super) work: u64,
}

impl<'a> Shared<'a> {
    pub(super) fn new(scope: &'a Scope<'a>, actions: Vec<String>) -> Self {
        Self {
            scope,
            actions,
            conditions: Conditions::default(),
            clauses: Clauses::default(),
            granted: BTreeMap::new(),
            work: 0,
        }
    }

    fn granted(&mut self, clauses: Vec<usize>) -> Granted {
        if let Some(known) = self.granted.get(&clauses) {
            return known.clone();
        }
        let all: Vec<&Clause> = clauses.iter().filter_map(|id| self.clauses.all.get(*id)).collect();
        let granted = Granted::of(&all, &mut self.work);
        self.granted.insert(clauses, granted.clone());
        granted
    }
}

/// Every clause that occurs, by number.
#[derive(Debug, Default)]
struct Clauses {
    ids: BTreeMap<Clause, usize>,
    all: Vec<Clause>,
}

impl Clauses {
    fn id(&mut self, clause: Clause) -> usize {
        if let Some(id) = self.ids.get(&clause) {
            return *id;
        }
        let id = self.all.len();
        self.all.push(clause.clone());
        self.ids.insert(clause, id);
        id
    }
}

/// One policy.
#[derive(Debug)]
pub(super) struct Table<'a> {
    document: &'a Value,
    /// For each statement, which of the actions it is about.
    about: Vec<Vec<bool>>,
}

impl<'a> Table<'a> {
    pub(super) fn new(document: &'a Value, actions: &[String]) -> Self {
        let about = |statement| actions.iter().map(|name| action(statement, name) == Truth::Yes).collect();
        Self { document, about: statements(document).iter().map(about).collect() }
    }

    /// What the policy allows to one principal, for each action.
    pub(super) fn granted(&self, principal: &str, caller: &Caller<'_>, shared: &mut Shared<'_>) -> Vec<Granted> {
        let concerning = concerning(self.document, caller);
        let classes: Vec<Class> = shared.actions.iter().map(|action| Class::of(action)).collect();
        let mut clauses: BTreeMap<Class, Vec<(usize, usize)>> = BTreeMap::new();
        for class in Class::ALL.into_iter().filter(|class| classes.contains(class)) {
            let asked = Asked { principal, caller, class };
            let of_class = clauses.entry(class).or_default();
            for (index, statement, named) in &concerning {
                for clause in asked.clauses(statement, [named.directly, named.by_account], shared) {
                    of_class.push((*index, shared.clauses.id(clause)));
                }
            }
        }
        let mut all = vec![];
        for (action, class) in classes.iter().enumerate() {
            if !shared.scope.allows(caller, &shared.actions[action]) {
                all.push(Granted::default());
                continue;
            }
            let of_class = clauses.get(class).into_iter().flatten();
            let about = |index: usize| self.about.get(index).is_some_and(|about| about[action]);
            let mut mine: Vec<usize> = of_class.filter(|(index, _)| about(*index)).map(|(_, id)| *id).collect();
            mine.sort_unstable();
            mine.dedup();
            all.push(shared.granted(mine));
        }
        all
    }
}

/// Whose calls of which class a statement is read for.
struct Asked<'a> {
    principal: &'a str,
    caller: &'a Caller<'a>,
    class: Class,
}

impl Asked<'_> {
    /// What a statement comes to: nothing if it can never apply.
    fn clauses(&self, statement: &Value, named: [Truth; 2], shared: &mut Shared<'_>) -> Vec<Clause> {
        let Some(mut conditions) = self.conditions(statement, shared) else { return vec![] };
        match resource(statement) {
            Truth::No => return vec![],
            Truth::Maybe => {
                let element = statement.get("Resource").or_else(|| statement.get("NotResource"));
                let names = element.and_then(texts).unwrap_or_default();
                let names: BTreeSet<String> = names.into_iter().collect();
                let text = names.into_iter().collect::<Vec<_>>().join(", ");
                conditions.push(shared.conditions.id(Condition::Resource(text)));
            }
            Truth::Yes => {}
        }
        let [directly, by_account] = named;
        let ways = match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") if shared.scope.is_own(self.caller) => {
                vec![(Way::Direct, directly), (Way::Iam, by_account)]
            }
            Some("Allow") => vec![(Way::Iam, directly.or(by_account))],
            Some("Deny") => vec![(Way::Deny, directly.or(by_account))],
            _ => vec![],
        };
        let clause = |(way, named): (Way, Truth)| {
            let mut conditions = conditions.clone();
            if named == Truth::Maybe {
                conditions.push(shared.conditions.id(in_part(statement)));
            }
            conditions.sort_unstable();
            conditions.dedup();
            (named > Truth::No).then_some(Clause { way, conditions })
        };
        ways.into_iter().filter_map(clause).collect()
    }

    /// The conditions that only a call will decide; `None` if one of them never holds.
    fn conditions(&self, statement: &Value, shared: &mut Shared<'_>) -> Option<Vec<usize>> {
        let mut open = vec![];
        let Some(block) = statement.get("Condition").filter(|block| !block.is_null()) else { return Some(open) };
        let Some(operators) = block.as_object() else {
            return Some(vec![shared.conditions.id(Condition::Odd(block.to_string()))]);
        };
        let none = BTreeMap::new();
        let facts = BTreeMap::new();
        let request = Request {
            principal: self.principal,
            action: self.class.example(),
            encryption_context: &none,
            account: shared.scope.account,
            via: Via::Unstated,
            facts: &facts,
        };
        for (operator, keys) in operators {
            let Some(keys) = keys.as_object() else {
                open.push(shared.conditions.id(Condition::Odd(format!("{operator}: {keys}"))));
                continue;
            };
            let parsed = Operator::parse(operator);
            for (key, wanted) in keys {
                shared.work += 1;
                let Some(values) = texts(wanted) else {
                    open.push(shared.conditions.id(Condition::Odd(format!("{key}: {wanted}"))));
                    continue;
                };
                let compared = condition_key(key);
                let of_context = compared.starts_with(CONTEXT) || compared == "kms:encryptioncontextkeys";
                let truth = if of_context && self.class.carries_context() {
                    Truth::Maybe
                } else {
                    one_holds(&parsed, key, &values, &request, self.caller)
                };
                match truth {
                    Truth::Yes => {}
                    Truth::No => return None,
                    Truth::Maybe => {
                        let values = condition_values(operator, values).into_iter().collect();
                        let key = Key { shown: key.clone(), compared };
                        let operator = operator.to_lowercase();
                        open.push(shared.conditions.id(Condition::Key { operator, key, values }));
                    }
                }
            }
        }
        Some(open)
    }
}

fn in_part(statement: &Value) -> Condition {
    let element = if statement.get("NotPrincipal").is_some() { "NotPrincipal" } else { "Principal" };
    let names = statement.get(element).map(principal_names).unwrap_or_default();
    Condition::Principal(format!("{element} {names}"))
}
