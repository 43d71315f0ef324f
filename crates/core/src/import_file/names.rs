//! Names of resources, each once.

use std::collections::BTreeSet;

use super::Entry;

/// Entries of keys by their ARN and what they are called: an alias without its prefix, with `-` for `/`. A name that comes
/// twice gets a number.
pub fn unique(keys: impl IntoIterator<Item = (String, String)>) -> Vec<Entry> {
    let mut taken = BTreeSet::new();
    keys.into_iter()
        .map(|(id, called)| {
            let plain = called.strip_prefix("alias/").unwrap_or(&called).replace(['/', '.', '[', ']', '"'], "-");
            let plain = plain.trim_matches('-').to_owned();
            let candidates = std::iter::once(plain.clone()).chain((2..).map(|number| format!("{plain}-{number}")));
            let name = candidates.into_iter().find(|name| !taken.contains(name)).unwrap_or_default();
            taken.insert(name.clone());
            Entry { name, id }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::unique;

    #[test]
    fn aliases_are_names_and_no_name_comes_twice() {
        let keys =
            [("1", "alias/prod/orders"), ("2", "prod-orders"), ("3", "alias/prod-orders"), ("4", "this[\"eu\"]")];
        let entries = unique(keys.map(|(id, called)| (id.to_owned(), called.to_owned())));
        let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["prod-orders", "prod-orders-2", "prod-orders-3", "this--eu"]);
    }
}
