//! The definition under proto/awskms/v1 as a plain model that the generators share.

use std::path::Path;

use anyhow::{Context, Result, bail};
use prost_reflect::{
    DescriptorPool, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind as ProtoKind, MessageDescriptor,
    MethodDescriptor, ReflectMessage, Value,
};
use protox::Compiler;

/// Where the functions are defined.
const FUNCTIONS: &str = "awskms/v1/functions.proto";

/// Everything defined.
#[derive(Debug)]
pub(crate) struct Definition {
    /// All messages of the resource and the provider, in the order of their files.
    pub(crate) messages: Vec<Message>,
    /// All enums.
    pub(crate) enums: Vec<Enum>,
    /// What programs can call.
    pub(crate) functions: Vec<Function>,
    /// Messages of the functions: arguments, results, and what stands in them.
    pub(crate) function_messages: Vec<Message>,
}

/// A function.
#[derive(Debug)]
pub(crate) struct Function {
    /// camelCase.
    pub(crate) name: String,
    pub(crate) doc: String,
    /// Names of the messages.
    pub(crate) arguments: String,
    pub(crate) result: String,
}

/// A message.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) fields: Vec<Field>,
}

/// A field, with its options.
#[derive(Debug)]
pub(crate) struct Field {
    /// camelCase.
    pub(crate) name: String,
    pub(crate) proto_name: String,
    pub(crate) doc: String,
    pub(crate) kind: Kind,
    pub(crate) effect: &'static str,
    pub(crate) default: Option<Constant>,
    pub(crate) minimum: Option<i32>,
    pub(crate) maximum: Option<i32>,
    pub(crate) min_length: Option<u32>,
    pub(crate) max_length: Option<u32>,
    pub(crate) max_items: Option<u32>,
    pub(crate) pattern: Option<String>,
    pub(crate) secret: bool,
    pub(crate) also: Vec<String>,
    pub(crate) hidden: bool,
    pub(crate) required: bool,
    /// What Check fills in where the property applies.
    pub(crate) usual: Option<i32>,
    pub(crate) is_set: bool,
    pub(crate) is_principal: bool,
    pub(crate) output: Option<OutputFacts>,
}

/// What is known of a property as an output.
#[derive(Debug)]
pub(crate) struct OutputFacts {
    pub(crate) always: bool,
    pub(crate) kept: bool,
    pub(crate) stable: bool,
    pub(crate) follows_primary: bool,
    pub(crate) from: Vec<String>,
}

/// A constant default.
#[derive(Debug, Clone)]
pub(crate) enum Constant {
    Bool(bool),
    Integer(i32),
    Text(String),
}

/// The type of a field.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Bool,
    Integer,
    Number,
    Text,
    Json,
    Enum(String),
    Object(String),
    List(Box<Kind>),
    Map(Box<Kind>),
}

/// An enum.
#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) values: Vec<EnumValue>,
}

/// An enum value.
#[derive(Debug)]
pub(crate) struct EnumValue {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) also: Vec<String>,
}

impl Definition {
    /// Compiles and reads the definition.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut compiler = Compiler::new([root.join("proto")])?;
        compiler.include_imports(true).include_source_info(true).open_files([
            "awskms/v1/spec.proto",
            "awskms/v1/provider.proto",
            FUNCTIONS,
        ])?;
        let pool = DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice())?;
        let ours = |package: &str, file: &str| package == "awskms.v1" && !file.ends_with("options.proto");
        let of_functions = |m: &MessageDescriptor| m.parent_file().name() == FUNCTIONS;
        let (called, kept): (Vec<_>, Vec<_>) = pool
            .all_messages()
            .filter(|m| ours(m.package_name(), m.parent_file().name()) && !m.is_map_entry())
            .partition(of_functions);
        let read = |all: Vec<MessageDescriptor>| all.iter().map(|m| message(&pool, m)).collect::<Result<Vec<_>>>();
        let (messages, function_messages) = (read(kept)?, read(called)?);
        let services = pool.services().filter(|service| service.package_name() == "awskms.v1");
        let functions =
            services.flat_map(|service| service.methods().map(|method| function(&method)).collect::<Vec<_>>());
        let functions = functions.collect();
        let enums = pool
            .all_enums()
            .filter(|e| ours(e.package_name(), e.parent_file().name()))
            .map(|e| enumeration(&pool, &e))
            .collect();
        Ok(Self { messages, enums, functions, function_messages })
    }

    /// A message by name.
    pub(crate) fn message(&self, name: &str) -> Result<&Message> {
        let mut all = self.messages.iter().chain(&self.function_messages);
        all.find(|m| m.name == name).with_context(|| format!("no message {name}"))
    }

    /// An enum by name.
    pub(crate) fn enumeration(&self, name: &str) -> Result<&Enum> {
        self.enums.iter().find(|e| e.name == name).with_context(|| format!("no enum {name}"))
    }
}

fn function(method: &MethodDescriptor) -> Function {
    let file = method.parent_file();
    let mut letters = method.name().chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    Function {
        name: first.into_iter().chain(letters).collect(),
        doc: comment(file.file_descriptor_proto(), method.path()),
        arguments: method.input().name().to_owned(),
        result: method.output().name().to_owned(),
    }
}

fn message(pool: &DescriptorPool, message: &MessageDescriptor) -> Result<Message> {
    let file = message.parent_file();
    let mut fields: Vec<FieldDescriptor> = message.fields().collect();
    fields.sort_by_key(FieldDescriptor::number);
    Ok(Message {
        name: message.name().to_owned(),
        doc: comment(file.file_descriptor_proto(), message.path()),
        fields: fields.iter().map(|f| field(pool, f)).collect::<Result<_>>()?,
    })
}

fn field(pool: &DescriptorPool, field: &FieldDescriptor) -> Result<Field> {
    let options = extension(pool, "awskms.v1.property", &field.options());
    let options = Options(options);
    let default = match options.0.as_ref().and_then(default_of) {
        Some(default) => Some(default?),
        None => None,
    };
    Ok(Field {
        name: field.json_name().to_owned(),
        proto_name: field.name().to_owned(),
        doc: comment(field.parent_file().file_descriptor_proto(), field.path()),
        kind: kind(field)?,
        effect: match options.number("effect").unwrap_or(0) {
            0 => "Update",
            1 => "Replace",
            2 => "StateOnly",
            3 => "CreateOnly",
            4 => "Promote",
            other => bail!("{}: effect {other}", field.full_name()),
        },
        default,
        minimum: options.number("minimum"),
        maximum: options.number("maximum"),
        min_length: options.count("min_length"),
        max_length: options.count("max_length"),
        max_items: options.count("max_items"),
        pattern: options.value("pattern").and_then(|v| v.as_str().map(str::to_owned)),
        secret: options.flag("secret"),
        also: options.value("also").map(|v| texts(&v)).unwrap_or_default(),
        hidden: options.flag("hidden"),
        required: options.flag("required"),
        usual: options.number("usual_integer"),
        is_set: options.flag("set"),
        is_principal: options.flag("principal"),
        output: options.value("output").and_then(|value| value.as_message().map(output_facts)),
    })
}

fn output_facts(message: &DynamicMessage) -> OutputFacts {
    let options = Options(Some(message.clone()));
    let stable = options.flag("stable");
    OutputFacts {
        always: options.flag("always"),
        kept: stable || options.flag("kept"),
        stable,
        follows_primary: options.flag("follows_primary"),
        from: options.value("from").map(|v| texts(&v)).unwrap_or_default(),
    }
}

fn kind(field: &FieldDescriptor) -> Result<Kind> {
    if let ProtoKind::Message(entry) = field.kind()
        && field.is_map()
    {
        return Ok(Kind::Map(Box::new(scalar(&entry.map_entry_value_field())?)));
    }
    let element = scalar(field)?;
    Ok(if field.is_list() { Kind::List(Box::new(element)) } else { element })
}

fn scalar(field: &FieldDescriptor) -> Result<Kind> {
    Ok(match field.kind() {
        ProtoKind::Bool => Kind::Bool,
        ProtoKind::Int32 => Kind::Integer,
        ProtoKind::Double => Kind::Number,
        ProtoKind::String => Kind::Text,
        ProtoKind::Enum(e) => Kind::Enum(e.name().to_owned()),
        ProtoKind::Message(m) if m.package_name() == "google.protobuf" => Kind::Json,
        ProtoKind::Message(m) => Kind::Object(m.name().to_owned()),
        other => bail!("{}: the type {other:?} is not used in this definition", field.full_name()),
    })
}

fn enumeration(pool: &DescriptorPool, descriptor: &EnumDescriptor) -> Enum {
    let file = descriptor.parent_file();
    let values = descriptor.values().filter(|value| value.number() != 0).map(|value| {
        let options = Options(extension(pool, "awskms.v1.spelling", &value.options()));
        EnumValue {
            name: value.name().to_owned(),
            doc: comment(file.file_descriptor_proto(), value.path()),
            also: options.value("also").map(|v| texts(&v)).unwrap_or_default(),
        }
    });
    Enum {
        name: descriptor.name().to_owned(),
        doc: comment(file.file_descriptor_proto(), descriptor.path()),
        values: values.collect(),
    }
}

/// Our options of a field or value; an absent member is not a default.
struct Options(Option<DynamicMessage>);

impl Options {
    fn value(&self, name: &str) -> Option<Value> {
        let options = self.0.as_ref()?;
        options.has_field_by_name(name).then(|| options.get_field_by_name(name).map(std::borrow::Cow::into_owned))?
    }

    fn number(&self, name: &str) -> Option<i32> {
        self.value(name).and_then(|v| v.as_i32().or_else(|| v.as_enum_number()))
    }

    fn count(&self, name: &str) -> Option<u32> {
        self.value(name).and_then(|v| v.as_u32())
    }

    fn flag(&self, name: &str) -> bool {
        self.value(name).and_then(|v| v.as_bool()).unwrap_or(false)
    }
}

fn default_of(options: &DynamicMessage) -> Option<Result<Constant>> {
    let oneof = options.descriptor().oneofs().find(|oneof| oneof.name() == "default")?;
    let field = oneof.fields().find(|field| options.has_field(field))?;
    Some(match options.get_field(&field).into_owned() {
        Value::Bool(value) => Ok(Constant::Bool(value)),
        Value::I32(value) => Ok(Constant::Integer(value)),
        Value::String(value) => Ok(Constant::Text(value)),
        other => Err(anyhow::anyhow!("a default of the kind {other:?}")),
    })
}

fn extension(pool: &DescriptorPool, name: &str, options: &DynamicMessage) -> Option<DynamicMessage> {
    let extension = pool.get_extension_by_name(name)?;
    options.has_extension(&extension).then(|| options.get_extension(&extension).as_message().cloned())?
}

fn texts(value: &Value) -> Vec<String> {
    value.as_list().unwrap_or_default().iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// The comment before an element, as one paragraph.
fn comment(file: &prost_types::FileDescriptorProto, path: &[i32]) -> String {
    let info = file.source_code_info.as_ref();
    let location = info.and_then(|info| info.location.iter().find(|location| location.path == path));
    let text = location.map(|location| location.leading_comments().trim().to_owned()).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
