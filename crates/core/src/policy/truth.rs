//! Yes, no, or not to be known from the policy alone.
//!
//! A key policy may ask for facts that nobody has before the call is made (an IP address, a tag, the time). To guess one
//! of them would turn a prediction into a promise, so every answer here can also be "maybe".

/// What is known of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    No,
    /// It depends on something that is not known.
    Maybe,
    Yes,
}

impl Truth {
    /// Both hold: as true as the less true of the two.
    pub(super) fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// At least one holds: as true as the truer of the two.
    pub(super) fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// The opposite; the opposite of "maybe" is "maybe".
    pub(super) fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
            Self::Yes => Self::No,
        }
    }

    /// All hold; `Yes` for none.
    pub(super) fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        truths.into_iter().fold(Self::Yes, Self::and)
    }

    /// At least one holds; `No` for none.
    pub(super) fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        truths.into_iter().fold(Self::No, Self::or)
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, Maybe, No, Yes};

    #[test]
    fn maybe_wins_only_where_the_other_side_decides_nothing() {
        assert_eq!((Maybe.and(No), Maybe.and(Yes), Maybe.or(Yes), Maybe.or(No)), (No, Maybe, Yes, Maybe));
        assert_eq!((Maybe.not(), Yes.not(), No.not()), (Maybe, No, Yes));
        assert_eq!((Truth::all([]), Truth::any([])), (Yes, No));
    }
}
