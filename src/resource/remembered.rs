//! What the state remembers of the mark on its key, in outputs that Pulumi does not show: names with two underscores are
//! internal to it.

use awskms_core::observed::Observed;
use awskms_core::owner::{OwnerMark, Remembered};
use awskms_core::value::{PropertyMap, PropertyValue};

/// The mark that the key was last known to carry.
const SETTLED: &str = "__owner";

/// Other marks under which the key is the state's all the same.
const ALSO: &str = "__ownerAlso";

/// What a state remembers.
pub fn remembered(outputs: &PropertyMap) -> Remembered {
    let mark = |value: &PropertyValue| value.as_str().and_then(OwnerMark::parse);
    let also = outputs.get(ALSO).and_then(PropertyValue::as_list).unwrap_or_default();
    Remembered { settled: outputs.get(SETTLED).and_then(mark), also: also.iter().filter_map(mark).collect() }
}

/// Puts what a state remembers into outputs.
pub(super) fn remember(outputs: &mut PropertyMap, remembered: &Remembered) {
    let text = |mark: &OwnerMark| PropertyValue::from(mark.to_string());
    match &remembered.settled {
        Some(mark) => drop(outputs.insert(SETTLED.into(), text(mark))),
        None => drop(outputs.remove(SETTLED)),
    }
    if remembered.also.is_empty() {
        outputs.remove(ALSO);
    } else {
        outputs.insert(ALSO.into(), PropertyValue::List(remembered.also.iter().map(text).collect()));
    }
}

/// What the state of an imported key remembers: the key is the state's under whatever mark it carries, but that mark may name
/// another resource.
pub(super) fn imported(main: &Observed) -> Remembered {
    Remembered { settled: None, also: main.owner.iter().cloned().collect() }
}
