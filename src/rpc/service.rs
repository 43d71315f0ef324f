//! The gRPC service: every call of `ResourceProvider`.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use awskms_core::diff::Sides;
use awskms_core::failure::Failure;
use awskms_core::ignored::Ignored;
use awskms_core::owner::Lineage;
use awskms_core::path::Path;
use awskms_core::secrets::Secrets;
use awskms_core::spec::check::{CheckContext, check};
use awskms_core::spec::constants::names;
use awskms_core::spec::given::write_back;
use awskms_core::spec::input::Unreadable;
use awskms_core::spec::normal::normal;
use awskms_core::spec::provider::{check_config, mark_secrets};
use awskms_core::text::presentable;
use awskms_core::value::{PropertyMap, PropertyValue};
use futures_util::Stream;
use tokio::sync::watch;
use tokio::time::Instant;
use tonic::{Request, Response, Status};

use super::cancel::Running;
use super::engine::Engine;
use super::generated::pulumirpc as pb;
use super::generated::pulumirpc::resource_provider_server::ResourceProvider;
use super::{diff, invoke, status, wire};
use crate::config::{Clients, Settings};
use crate::resource::{Change, Context, Outcome, Provider, Removal, ResourceError, unfinished};

/// The package schema, as generated from the definition.
pub const SCHEMA: &str = include_str!("../../schema.json");

/// The version of this provider.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The one resource type.
const RESOURCE: &str = "awskms:index:AwsKmsKey";

/// The provider as a gRPC service.
#[derive(Debug, Clone)]
pub struct Service {
    engine: Engine,
    running: Running,
    provider: Arc<watch::Sender<Option<Arc<Provider>>>>,
    /// What carries the calls of AWS; HTTPS if there is nothing else.
    network: Option<SharedHttpClient>,
}

type Answer<T> = Result<Response<T>, Status>;

impl Service {
    /// A service without configuration.
    pub fn new(engine: Engine) -> Self {
        Self { engine, running: Running::default(), provider: Arc::new(watch::Sender::new(None)), network: None }
    }

    /// The same, with something else than HTTPS to carry the calls of AWS: tests give it the simulator.
    #[must_use]
    pub fn over(self, network: SharedHttpClient) -> Self {
        Self { network: Some(network), ..self }
    }

    /// Asks every running call to stop between two steps.
    pub fn cancel(&self) {
        self.running.cancel();
    }

    /// Waits until no call is running any more.
    pub(super) async fn finished(&self) {
        self.running.finished().await;
    }

    /// Ends what is left to do when no call is running any more.
    pub async fn end(&self) {
        if let Some(provider) = self.configured() {
            provider.end().await;
        }
    }

    fn configured(&self) -> Option<Arc<Provider>> {
        self.provider.borrow().clone()
    }

    pub(super) fn provider(&self) -> Result<Arc<Provider>, Status> {
        self.configured().ok_or_else(|| Status::failed_precondition("the provider is not configured yet"))
    }

    /// What of the provider's configuration is secret.
    pub(super) fn settings_secrets(&self) -> Secrets {
        self.configured().map(|provider| provider.clients().settings().secrets.clone()).unwrap_or_default()
    }

    /// Outputs with everything secret that is derived from a secret: of the inputs, of those before, of the provider's
    /// configuration. `normal` are the inputs in normal form.
    fn sealed(&self, outputs: PropertyMap, normal: &PropertyMap, before: &[&PropertyMap]) -> PropertyMap {
        Secrets::of_change(normal, before).and(&self.settings_secrets()).seal(outputs, normal)
    }

    /// Inputs that were read back, with the secrets that the provider's configuration adds to the tags: as they were, if they are the
    /// same.
    fn with_secret_tags(&self, mut inputs: PropertyMap, before: &PropertyMap) -> PropertyMap {
        match (before.get(names::TAGS_ALL), inputs.get(names::TAGS_ALL)) {
            (Some(old), Some(new)) if old.plain() == new.plain() => {
                inputs.insert(names::TAGS_ALL.into(), old.clone());
                inputs
            }
            _ => self.settings_secrets().seal_one(inputs, names::TAGS_ALL),
        }
    }

    /// What surrounds a call. Secrets in `properties` come out in no message.
    pub(super) fn context(&self, urn: &str, timeout: f64, is_preview: bool, properties: &[&PropertyMap]) -> Context {
        let allowed = (timeout.is_finite() && timeout > 0.0).then(|| Duration::from_secs_f64(timeout.min(1e9)));
        let deadline = allowed.map(|allowed| Instant::now() + allowed);
        let secrets = Secrets::of(properties).and(&self.settings_secrets());
        let log = self.engine.log(urn, secrets);
        Context { urn: urn.to_owned(), is_preview, log, cancel: self.running.token(), deadline }
    }

    /// Runs a use case to its end, within the user's time, and hands its messages to the engine before the answer.
    pub(super) async fn run<T, F>(&self, context: &Context, call: F) -> Result<T, Status>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, ResourceError>> + Send + 'static,
    {
        let result = self.running.to_the_end(call).await?;
        context.log.flush().await;
        result.map_err(|error| Status::from(ResourceError { message: context.log.mask(&error.message), ..error }))
    }
}

/// Which state the provider resource of this ID belongs to. A preview of a state that has none yet sends the text that stands
/// for an unknown value.
fn lineage(id: Option<&str>) -> Lineage {
    match id {
        None | Some("") => Lineage::Untold,
        Some(id) if wire::is_unknown(id) => Lineage::Unborn,
        Some(id) => Lineage::of_provider(id),
    }
}

/// Whether the provider was configured by `pulumi do` without a state, which gives the provider resource no name.
fn is_stateless(urn: &str) -> bool {
    urn.ends_with("::")
}

/// Refuses resources that are not ours.
pub(super) fn ours(urn: &str, type_: &str) -> Result<(), Status> {
    // Old engines leave the type out; the URN has it: urn:pulumi:STACK::PROJECT::TYPE$TYPE::NAME.
    let named = if type_.is_empty() {
        let types = urn.split("::").nth(2).unwrap_or_default();
        types.rsplit('$').next().unwrap_or_default()
    } else {
        type_
    };
    if named == RESOURCE || urn.is_empty() {
        return Ok(());
    }
    Err(Status::not_found(format!("the awskms provider has no resource {named:?}; it has {RESOURCE}")))
}

pub(super) fn failures(found: Vec<Failure>, hidden: &Secrets) -> Vec<pb::CheckFailure> {
    found
        .into_iter()
        .map(|failure| pb::CheckFailure {
            property: presentable(&failure.path.to_string()),
            reason: hidden.mask(&failure.reason),
        })
        .collect()
}

/// The answer of a real Create or Update; partial ones are errors that carry the resource.
fn finished(outcome: Outcome, inputs: &PropertyMap, context: &Context) -> Result<(String, PropertyMap), Status> {
    match outcome.partial.clone() {
        Some(reasons) => {
            let reasons = reasons.iter().map(|reason| context.log.mask(reason)).collect();
            Err(status::init_failed(&outcome, reasons, inputs))
        }
        None => Ok((outcome.id, outcome.outputs)),
    }
}

#[tonic::async_trait]
impl ResourceProvider for Service {
    async fn handshake(&self, request: Request<pb::ProviderHandshakeRequest>) -> Answer<pb::ProviderHandshakeResponse> {
        let request = request.into_inner();
        if !request.engine_address.is_empty() {
            self.engine.attach(&request.engine_address);
        }
        Ok(Response::new(pb::ProviderHandshakeResponse {
            accept_secrets: true,
            accept_resources: false,
            accept_outputs: false,
            supports_autonaming_configuration: false,
            accepts_byte_string: false,
        }))
    }

    async fn parameterize(&self, _: Request<pb::ParameterizeRequest>) -> Answer<pb::ParameterizeResponse> {
        Err(Status::unimplemented("the awskms provider takes no package parameters"))
    }

    async fn get_schema(&self, request: Request<pb::GetSchemaRequest>) -> Answer<pb::GetSchemaResponse> {
        let request = request.into_inner();
        if request.version != 0 {
            return Err(Status::invalid_argument(format!("schema version {} is not supported; 0 is", request.version)));
        }
        if !request.subpackage_name.is_empty() {
            return Err(Status::invalid_argument(format!(
                "there is no package {:?} in this provider",
                request.subpackage_name
            )));
        }
        Ok(Response::new(pb::GetSchemaResponse { schema: SCHEMA.to_owned() }))
    }

    async fn check_config(&self, request: Request<pb::CheckRequest>) -> Answer<pb::CheckResponse> {
        let request = request.into_inner();
        // The engine keeps what it gave, secrets as secrets; defaults are filled in at Configure.
        let news = mark_secrets(&wire::decode(request.news));
        let checked = check_config(&news);
        Ok(Response::new(pb::CheckResponse {
            inputs: Some(wire::encode(&news)),
            failures: failures(checked.failures, &Secrets::of(&[&news])),
        }))
    }

    async fn diff_config(&self, request: Request<pb::DiffRequest>) -> Answer<pb::DiffResponse> {
        let request = request.into_inner();
        let old = wire::decode(request.old_inputs.or(request.olds));
        Ok(Response::new(diff::config(&old, &wire::decode(request.news))))
    }

    async fn configure(&self, request: Request<pb::ConfigureRequest>) -> Answer<pb::ConfigureResponse> {
        let request = request.into_inner();
        let given = match request.args {
            Some(args) => wire::decode(Some(args)),
            None => by_variable(request.variables),
        };
        let given = mark_secrets(&given);
        let checked = check_config(&given);
        if let Some(failure) = checked.failures.first() {
            let failure = Secrets::of(&[&given]).mask(&failure.to_string());
            return Err(Status::invalid_argument(format!("provider configuration: {failure}")));
        }
        let settings = Settings::read(&checked.inputs).map_err(unreadable)?;
        let clients = Clients::new(settings, self.network.clone(), self.running.token()).await;
        let clients = clients.map_err(|error| Status::from(ResourceError::from(error)))?;
        let lineage = lineage(request.id.as_deref());
        let is_stateless = request.urn.as_deref().is_some_and(is_stateless);
        let provider = Provider::new(clients, lineage, is_stateless);
        if let Some(before) = self.provider.send_replace(Some(Arc::new(provider))) {
            // Attached for debugging, one process serves several runs.
            before.end().await;
        }
        Ok(Response::new(pb::ConfigureResponse {
            accept_secrets: true,
            supports_preview: true,
            accept_resources: false,
            accept_outputs: false,
            supports_autonaming_configuration: false,
        }))
    }

    async fn invoke(&self, request: Request<pb::InvokeRequest>) -> Answer<pb::InvokeResponse> {
        Ok(Response::new(Box::pin(invoke::invoke(self, request.into_inner())).await?))
    }

    async fn call(&self, request: Request<pb::CallRequest>) -> Answer<pb::CallResponse> {
        Err(Status::not_found(format!("the awskms provider has no method {:?}", request.into_inner().tok)))
    }

    async fn check(&self, request: Request<pb::CheckRequest>) -> Answer<pb::CheckResponse> {
        let request = request.into_inner();
        ours(&request.urn, &request.r#type)?;
        let (olds, news) = (wire::decode(request.olds), wire::decode(request.news));
        let provider = self.configured();
        let clients = provider.as_ref().map(|provider| provider.clients());
        let mut checked = check(
            &olds,
            &news,
            &CheckContext {
                provider_region: clients.and_then(Clients::region),
                default_tags: clients.map(|clients| &clients.settings().default_tag_values),
                config: clients.map(|clients| &clients.settings().config),
            },
        );
        if let Some(provider) = provider.as_ref().filter(|_| checked.failures.is_empty()) {
            let (old, new) = (normal_unless_empty(&olds)?, normal_unless_empty(&checked.inputs)?);
            for (alias, other) in provider.checked(&request.urn, &old, &new) {
                let reason =
                    format!("{alias} is given to {other} too; an alias names one key; remove it from one of the two");
                checked.failures.push(Failure::new(Path::of(names::ALIAS), reason));
            }
        }
        let own = self.settings_secrets();
        let hidden = Secrets::of(&[&olds, &news]).and(&own);
        let mut inputs = checked.inputs;
        if !news.contains_key(names::REGION) {
            inputs = own.seal_one(inputs, names::REGION);
        }
        let log = self.engine.log(&request.urn, hidden.clone());
        for warning in &checked.warnings {
            log.warning(&warning.to_string());
        }
        for info in &checked.infos {
            log.info(&info.to_string());
        }
        log.flush().await;
        Ok(Response::new(pb::CheckResponse {
            inputs: Some(wire::encode(&inputs)),
            failures: failures(checked.failures, &hidden),
        }))
    }

    async fn diff(&self, request: Request<pb::DiffRequest>) -> Answer<pb::DiffResponse> {
        let request = request.into_inner();
        ours(&request.urn, &request.r#type)?;
        let (olds, old_inputs) = (wire::decode(request.olds), wire::decode(request.old_inputs));
        let provider = self.configured();
        let news = wire::decode(request.news);
        if let Some(provider) = &provider {
            provider.compared(&request.urn, &request.id, &olds, &normal_unless_empty(&news)?);
        }
        let identity = provider.and_then(|provider| provider.identity_in_state(&request.urn));
        let ignored = Ignored::of(&request.ignore_changes);
        let sides = Sides { old_inputs: &old_inputs, old_outputs: &olds, news: &news, ignored: &ignored };
        Ok(Response::new(diff::key(&sides, identity.as_ref()).map_err(unreadable)?))
    }

    async fn create(&self, request: Request<pb::CreateRequest>) -> Answer<pb::CreateResponse> {
        let request = request.into_inner();
        ours(&request.urn, &request.r#type)?;
        let inputs_as_given = wire::decode(request.properties);
        let inputs = normal(&inputs_as_given).map_err(unreadable)?;
        // The engine does not configure a provider whose configuration is not known yet; it still asks for a preview.
        if request.preview && self.configured().is_none() {
            let outputs = awskms_core::outputs::preview_of_new(&inputs, None, None);
            return Ok(Response::new(created(String::new(), &self.sealed(outputs, &inputs, &[]))));
        }
        let provider = self.provider()?;
        let context = self.context(&request.urn, request.timeout, request.preview, &[&inputs]);
        let (run, urn, given, preview) = (context.clone(), request.urn, inputs.clone(), request.preview);
        let outcome = self
            .run(&context, async move {
                if preview {
                    let outputs = provider.preview_create(&run, &urn, &given).await?;
                    return Ok(Outcome { id: String::new(), outputs, partial: None });
                }
                provider.create(&run, &urn, &given).await
            })
            .await?;
        let outcome = Outcome { outputs: self.sealed(outcome.outputs, &inputs, &[]), ..outcome };
        let (id, outputs) = finished(outcome, &inputs_as_given, &context)?;
        Ok(Response::new(created(id, &outputs)))
    }

    async fn read(&self, request: Request<pb::ReadRequest>) -> Answer<pb::ReadResponse> {
        let request = request.into_inner();
        ours(&request.urn, &request.r#type)?;
        let provider = self.provider()?;
        let (as_given, outputs) = (wire::decode(request.inputs), wire::decode(request.properties));
        let context = self.context(&request.urn, request.timeout, false, &[&as_given, &outputs]);
        let run = context.clone();
        // An import has no inputs, and writes the fewest.
        let inputs = normal_unless_empty(&as_given)?;
        let before = inputs.clone();
        let read = self
            .run(&context, async move { provider.read(&run, &request.urn, &request.id, &inputs, &outputs).await })
            .await?;
        Ok(Response::new(match read {
            Some(read) => {
                let inputs = self.with_secret_tags(read.inputs, &before);
                pb::ReadResponse {
                    id: read.id,
                    properties: Some(wire::encode(&self.sealed(read.outputs, &inputs, &[&as_given]))),
                    inputs: Some(wire::encode(&write_back(&as_given, &before, &inputs))),
                    refresh_before_update: false,
                }
            }
            None => pb::ReadResponse::default(),
        }))
    }

    type ListStream = Pin<Box<dyn Stream<Item = Result<pb::ListResponse, Status>> + Send>>;

    async fn list(&self, request: Request<pb::ListRequest>) -> Answer<Self::ListStream> {
        let page = invoke::list(self, request.into_inner()).await?;
        Ok(Response::new(Box::pin(futures_util::stream::iter(page.into_iter().map(Ok)))))
    }

    async fn update(&self, request: Request<pb::UpdateRequest>) -> Answer<pb::UpdateResponse> {
        let mut request = request.into_inner();
        ours(&request.urn, &request.r#type)?;
        let provider = self.provider()?;
        let (olds, old_given) = (wire::decode(request.olds.take()), wire::decode(request.old_inputs.take()));
        let as_given = wire::decode(request.news.take());
        let ignored = Ignored::of(&request.ignore_changes);
        let old_inputs = normal_unless_empty(&old_given)?;
        let inputs = ignored.applied(&old_given, &as_given).map_err(unreadable)?;
        let context = self.context(&request.urn, request.timeout, request.preview, &[&olds, &old_given, &as_given]);
        let released = unfinished(&olds);
        let seal = |outputs| self.sealed(outputs, &inputs, &[&old_given, &released]);
        if request.preview {
            let (run, news) = (context.clone(), inputs.clone());
            let outputs = self
                .run(&context, async move {
                    let change = change(&request, &olds, &old_inputs, &news, &ignored);
                    let outputs = provider.preview_update(&run, &change).await?;
                    Ok(ignored.previewed(outputs, &olds))
                })
                .await?;
            return Ok(Response::new(updated(&seal(outputs))));
        }
        let (run, news) = (context.clone(), inputs.clone());
        let outcome = self
            .run(&context, async move {
                provider.update(&run, &change(&request, &olds, &old_inputs, &news, &ignored)).await
            })
            .await?;
        let outcome = Outcome { outputs: seal(outcome.outputs), ..outcome };
        let (_, outputs) = finished(outcome, &as_given, &context)?;
        Ok(Response::new(updated(&outputs)))
    }

    async fn delete(&self, request: Request<pb::DeleteRequest>) -> Answer<()> {
        let request = request.into_inner();
        ours(&request.urn, &request.r#type)?;
        let provider = self.provider()?;
        let (outputs, as_given) = (wire::decode(request.properties), wire::decode(request.old_inputs));
        let context = self.context(&request.urn, request.timeout, false, &[&outputs, &as_given]);
        let old_inputs = normal_unless_empty(&as_given)?;
        let run = context.clone();
        self.run(&context, async move {
            let (urn, id) = (request.urn.as_str(), request.id.as_str());
            provider.delete(&run, &Removal { urn, id, outputs: &outputs, old_inputs: &old_inputs }).await
        })
        .await?;
        Ok(Response::new(()))
    }

    async fn construct(&self, request: Request<pb::ConstructRequest>) -> Answer<pb::ConstructResponse> {
        Err(Status::unimplemented(format!("the awskms provider has no component {:?}", request.into_inner().r#type)))
    }

    async fn cancel(&self, _: Request<()>) -> Answer<()> {
        self.running.cancel();
        Ok(Response::new(()))
    }

    async fn get_plugin_info(&self, _: Request<()>) -> Answer<pb::PluginInfo> {
        Ok(Response::new(pb::PluginInfo { version: VERSION.to_owned() }))
    }

    async fn attach(&self, request: Request<pb::PluginAttach>) -> Answer<()> {
        self.engine.attach(&request.into_inner().address);
        Ok(Response::new(()))
    }

    async fn get_mapping(&self, _: Request<pb::GetMappingRequest>) -> Answer<pb::GetMappingResponse> {
        Ok(Response::new(pb::GetMappingResponse::default()))
    }

    async fn get_mappings(&self, _: Request<pb::GetMappingsRequest>) -> Answer<pb::GetMappingsResponse> {
        Ok(Response::new(pb::GetMappingsResponse::default()))
    }
}

/// What an update is about.
fn change<'a>(
    request: &'a pb::UpdateRequest,
    old_outputs: &'a PropertyMap,
    old_inputs: &'a PropertyMap,
    inputs: &'a PropertyMap,
    ignored: &'a Ignored,
) -> Change<'a> {
    Change { urn: &request.urn, id: &request.id, old_outputs, old_inputs, inputs, ignored }
}

/// A property that Check would not have let through: the state was written by something else.
pub(super) fn unreadable(unreadable: Unreadable) -> Status {
    Status::from(ResourceError::from(unreadable))
}

/// The normal form of inputs, if there are any.
fn normal_unless_empty(given: &PropertyMap) -> Result<PropertyMap, Status> {
    if given.is_empty() { Ok(PropertyMap::new()) } else { normal(given).map_err(unreadable) }
}

fn created(id: String, outputs: &PropertyMap) -> pb::CreateResponse {
    pb::CreateResponse { id, properties: Some(wire::encode(outputs)), refresh_before_update: false }
}

fn updated(outputs: &PropertyMap) -> pb::UpdateResponse {
    pb::UpdateResponse { properties: Some(wire::encode(outputs)), refresh_before_update: false }
}

/// Configuration as `awskms:config:NAME` and text.
fn by_variable(variables: std::collections::BTreeMap<String, String>) -> PropertyMap {
    let short = |name: &str| name.rsplit(':').next().unwrap_or(name).to_owned();
    variables.into_iter().map(|(name, value)| (short(&name), PropertyValue::String(value))).collect()
}
