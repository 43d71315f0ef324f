//! The rotation mark: a tag that lets a rotation on demand happen once, however often the run is repeated.
//!
//! `RotateKeyOnDemand` has no idempotency token, and a key has few such rotations in its life. So the key itself says,
//! before the call, which trigger the rotation is for and how many rotations it will then have had. A run that repeats
//! the call counts first.

use std::fmt;

use crate::owner::short_hash;

/// The key of the tag that holds the mark.
pub const ROTATION_TAG: &str = "awskms:rotation";

/// The version of the mark's form.
const VERSION: &str = "1";

/// Which trigger a rotation is for, and the number of rotations on demand that the key has had after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationMark {
    trigger: String,
    target: u32,
}

impl RotationMark {
    /// The mark of the rotation that a trigger asks for; `None` when it has happened already.
    ///
    /// `present` is the mark on the key, `finished` the one that the state remembers of a rotation that was finished,
    /// `rotations` how many rotations on demand the key has had. A mark that the state does not remember is the one of an
    /// interrupted run: its rotation is finished, not repeated.
    pub fn due(trigger: &str, present: Option<&Self>, finished: Option<&Self>, rotations: u32) -> Option<Self> {
        let trigger = short_hash(&["rotation", trigger], 8);
        match present.filter(|mark| mark.trigger == trigger && finished != Some(mark)) {
            Some(mark) => (rotations < mark.target).then(|| mark.clone()),
            None => Some(Self { trigger, target: rotations.saturating_add(1) }),
        }
    }

    /// Reads a tag's value; `None` if it is not in our form.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (version, trigger, target) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = version == VERSION && parts.next().is_none();
        let is_hash = trigger.len() == 16 && trigger.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(Self { trigger: trigger.to_owned(), target: target.parse().ok().filter(|_| whole && is_hash)? })
    }

    /// How many rotations on demand the key has had when this one is done.
    pub fn target(&self) -> u32 {
        self.target
    }
}

impl fmt::Display for RotationMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}/{}/{}", self.trigger, self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::RotationMark;

    #[test]
    fn a_trigger_rotates_once() {
        let first = RotationMark::due("a", None, None, 3).expect("never rotated for this trigger");
        assert_eq!(first.target(), 4);
        assert_eq!(RotationMark::parse(&first.to_string()), Some(first.clone()));
        // The call was lost before its effect, then it was done.
        assert_eq!(RotationMark::due("a", Some(&first), None, 3), Some(first.clone()));
        assert_eq!(RotationMark::due("a", Some(&first), None, 4), None);
        // Somebody rotated by hand in between: the wanted number is reached, no further rotation is owed.
        assert_eq!(RotationMark::due("a", Some(&first), None, 9), None);
        assert_eq!(RotationMark::due("b", Some(&first), None, 4).map(|mark| mark.target()), Some(5));
    }

    #[test]
    fn a_trigger_that_comes_back_rotates_again_once() {
        let first = RotationMark::due("a", None, None, 3).expect("never rotated for this trigger");
        // The state remembers that the first one is done: this is another demand.
        let second = RotationMark::due("a", Some(&first), Some(&first), 4).expect("it came back");
        assert_eq!(second.target(), 5);
        // Killed after the rotation: the state still remembers the first mark.
        assert_eq!(RotationMark::due("a", Some(&second), Some(&first), 4), Some(second.clone()));
        assert_eq!(RotationMark::due("a", Some(&second), Some(&first), 5), None);
    }

    #[test]
    fn other_text_is_no_mark() {
        for bad in ["", "1/00/1", "2/0011223344556677/1", "1/0011223344556677/x", "1/0011223344556677/1/2"] {
            assert_eq!(RotationMark::parse(bad), None, "{bad}");
        }
    }
}
