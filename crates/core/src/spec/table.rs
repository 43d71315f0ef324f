//! The shape of the tables that are generated from the proto definition.

use crate::value::PropertyValue;

/// A message of the definition: an object with named properties.
#[derive(Debug)]
pub struct Message {
    /// Its name in the proto, such as `KeyPolicy`.
    pub name: &'static str,
    /// Its properties, in the order of the proto.
    pub fields: &'static [Field],
}

/// A property of the definition.
#[derive(Debug)]
pub struct Field {
    /// Its camelCase name, as programs write it.
    pub name: &'static str,
    /// Its `snake_case` name, as manifests may write it.
    pub proto_name: &'static str,
    /// Other names that are accepted for it, camelCase.
    pub also: &'static [&'static str],
    /// What values it takes.
    pub kind: Kind,
    /// What a change of it means.
    pub effect: Effect,
    /// The constant default.
    pub default: Option<Default>,
    /// Whether it must be given.
    pub required: bool,
    /// Whether its value is a secret wherever it comes from.
    pub secret: bool,
    /// Whether it is defined but has no behaviour yet.
    pub hidden: bool,
    /// Whether the order of the list means nothing.
    pub is_set: bool,
    /// Whether its texts are ARNs of IAM roles and users.
    pub is_principal: bool,
}

/// An output of a key or a replica.
#[derive(Debug)]
pub struct Output {
    /// Its camelCase name.
    pub name: &'static str,
    /// Whether every key has it.
    pub always: bool,
    /// Whether an update leaves it as it is.
    pub kept: bool,
    /// Whether the engine is told so.
    pub stable: bool,
    /// Whether the move of the primary to another Region changes it all the same.
    pub follows_primary: bool,
    /// Inputs that decide it.
    pub from: &'static [&'static str],
}

/// What values a property takes.
#[derive(Debug)]
pub enum Kind {
    /// true or false.
    Bool,
    /// A whole number, with inclusive bounds.
    Integer {
        /// Smallest legal value.
        minimum: i32,
        /// Largest legal value.
        maximum: i32,
    },
    /// A number, with or without a fraction.
    Number {
        /// Smallest legal value.
        minimum: f64,
    },
    /// A text.
    Text(Text),
    /// A value of an enum.
    Enum(&'static Enum),
    /// An object.
    Object(&'static Message),
    /// A list, with its most entries.
    List {
        /// What its entries take.
        element: &'static Kind,
        /// Most entries.
        max_items: Option<u32>,
    },
    /// A map from names to values, with its most entries.
    Map {
        /// What its values take.
        element: &'static Kind,
        /// Most entries.
        max_items: Option<u32>,
    },
    /// Any JSON value.
    Json,
}

/// Limits of a text, counted in characters.
#[derive(Debug)]
pub struct Text {
    /// Fewest characters.
    pub min_length: u32,
    /// Most characters.
    pub max_length: Option<u32>,
    /// Regular expression, anchored, for documentation; the rule itself is code in `ids`.
    pub pattern: Option<&'static str>,
}

/// An enum of the definition, without its unspecified value.
#[derive(Debug)]
pub struct Enum {
    /// Its name in the proto, such as `KeySpec`.
    pub name: &'static str,
    /// Its values.
    pub values: &'static [EnumValue],
}

/// A value of an enum.
#[derive(Debug)]
pub struct EnumValue {
    /// Its name, as KMS and programs write it.
    pub name: &'static str,
    /// Other accepted spellings.
    pub also: &'static [&'static str],
}

/// What a change of a property means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Updated in place.
    Update,
    /// Needs another key.
    Replace,
    /// Moves the primary of a multi-Region set where it can, else needs another key.
    Promote,
    /// Remembered in the state, no call.
    StateOnly,
    /// Read at creation only.
    CreateOnly,
}

/// A constant default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    /// Of a boolean.
    Bool(bool),
    /// Of a whole number.
    Integer(i32),
    /// Of a text or an enum.
    Text(&'static str),
}

impl Default {
    /// The default as a property value.
    pub fn value(self) -> PropertyValue {
        match self {
            Self::Bool(value) => PropertyValue::Bool(value),
            Self::Integer(value) => PropertyValue::from(value),
            Self::Text(text) => PropertyValue::from(text),
        }
    }
}
