//! The provider's process: its own service, called in process as the engine calls it, with its messages and its end.

use awskms_sim::Sim;
use pulumi_awskms::rpc::Service;
use pulumi_awskms::rpc::engine::Engine;
use pulumi_awskms::rpc::generated::pulumirpc as pb;
use pulumi_awskms::rpc::generated::pulumirpc::resource_provider_server::ResourceProvider as _;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tonic::{Request, Response, Status};

use crate::cloud::{Cloud, Faults};
use crate::failure::Failure;
use crate::json::{Properties, from_wire, to_wire};
use crate::program::REGION;
use crate::wrong::Wrong;

/// An answer of the provider, as the judge of secrets reads it.
#[derive(Debug, Clone)]
pub struct Said {
    /// The call, such as `Create`.
    pub method: &'static str,
    /// Properties that it answered with.
    pub properties: Properties,
    /// Text that it answered with.
    pub text: String,
}

/// A message to the user.
#[derive(Debug, Clone)]
pub struct Message {
    /// Whether it is a warning or an error, which stays to be read.
    pub is_serious: bool,
    /// Its text.
    pub text: String,
}

/// One process of the provider.
#[derive(Debug)]
pub(crate) struct Plugin {
    service: Service,
    pub(crate) cloud: Cloud,
    messages: UnboundedReceiver<pb::LogRequest>,
    pub(crate) said: Vec<Said>,
    /// The calls so far, as [`crate::Report::rpcs`] has them.
    pub(crate) rpcs: Vec<String>,
    /// What this provider does wrong on purpose.
    pub(crate) wrong: Option<Wrong>,
}

type Answer<T> = Result<T, Failure>;

impl Plugin {
    /// Starts a process on a service.
    pub(crate) fn start(sim: Sim, before: Option<Sim>, now: f64, faults: Faults, wrong: Option<Wrong>) -> Self {
        let cloud = Cloud::new(sim, before, now, faults);
        let (sender, messages) = unbounded_channel();
        let network = aws_smithy_runtime_api::client::http::SharedHttpClient::new(cloud.clone());
        let service = Service::new(Engine::heard_by(sender)).over(network);
        let (canceller, interrupt) = (service.clone(), cloud.clone());
        tokio::spawn(async move {
            interrupt.interrupted().await;
            canceller.cancel();
        });
        Self { service, cloud, messages, said: vec![], rpcs: vec![], wrong }
    }

    /// Waits for an answer, unless the process dies before.
    async fn ask<T>(
        &mut self,
        method: &'static str,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Answer<T> {
        let answer = tokio::select! {
            biased;
            () = self.cloud.killed() => return Err(Failure::Dead),
            answer = call => answer,
        };
        answer.map(Response::into_inner).map_err(|status| {
            let failure = Failure::of(&status);
            let (properties, reasons) = match &failure {
                Failure::Partial { outputs, reasons, .. } => (outputs.clone(), reasons.as_str()),
                _ => (Properties::new(), ""),
            };
            let text = format!("{}\n{reasons}", status.message());
            self.said.push(Said { method, properties, text });
            failure
        })
    }

    fn note(&mut self, method: &'static str, properties: &Properties, text: &str) {
        self.said.push(Said { method, properties: properties.clone(), text: text.to_owned() });
    }

    /// `Configure`, with the ID of the provider resource in the state.
    pub(crate) async fn configure(&mut self, id: &str) -> Answer<()> {
        let none = json!(["/dev/null"]);
        let args = json!({
            "region": REGION, "accessKey": "test", "secretKey": "test",
            "sharedConfigFiles": none, "sharedCredentialsFiles": none,
        });
        let args = args.as_object().cloned().unwrap_or_default();
        let request = pb::ConfigureRequest {
            args: Some(to_wire(&args)),
            accept_secrets: true,
            sends_old_inputs: true,
            sends_old_inputs_to_delete: true,
            id: Some(id.to_owned()),
            urn: Some("urn:pulumi:dev::p::pulumi:providers:awskms::default".into()),
            name: Some("default".into()),
            r#type: Some("pulumi:providers:awskms".into()),
            ..Default::default()
        };
        let service = self.service.clone();
        self.ask("Configure", service.configure(Request::new(request))).await.map(drop)
    }

    /// `Check`: the inputs as the state keeps them.
    pub(crate) async fn check(
        &mut self,
        urn: &str,
        olds: Option<&Properties>,
        news: &Properties,
    ) -> Answer<Properties> {
        let request = pb::CheckRequest {
            urn: urn.to_owned(),
            olds: olds.map(to_wire),
            news: Some(to_wire(news)),
            random_seed: vec![7; 32],
            ..Default::default()
        };
        self.rpcs.push(if olds.is_some() { "Check old" } else { "Check" }.into());
        let service = self.service.clone();
        let answer = self.ask("Check", service.check(Request::new(request))).await?;
        let inputs = from_wire(answer.inputs);
        let failures: Vec<String> =
            answer.failures.iter().map(|failure| format!("{}: {}", failure.property, failure.reason)).collect();
        self.note("Check", &inputs, &failures.join("\n"));
        if failures.is_empty() { Ok(inputs) } else { Err(Failure::Refused(failures.join("\n"))) }
    }

    /// `Diff` of what a state has with what is wanted.
    pub(crate) async fn diff(
        &mut self,
        urn: &str,
        id: &str,
        (old_inputs, olds): (&Properties, &Properties),
        news: &Properties,
    ) -> Answer<pb::DiffResponse> {
        let request = pb::DiffRequest {
            id: id.to_owned(),
            urn: urn.to_owned(),
            olds: Some(to_wire(olds)),
            news: Some(to_wire(news)),
            old_inputs: Some(to_wire(old_inputs)),
            ..Default::default()
        };
        self.rpcs.push("Diff".into());
        let service = self.service.clone();
        let mut answer = self.ask("Diff", service.diff(Request::new(request))).await?;
        Wrong::diffed(self.wrong, &mut answer);
        Ok(answer)
    }

    /// `Create`: the ID and the outputs.
    pub(crate) async fn create(
        &mut self,
        urn: &str,
        inputs: &Properties,
        preview: bool,
    ) -> Answer<(String, Properties)> {
        let properties = Some(to_wire(&Wrong::asked(self.wrong, inputs)));
        let request = pb::CreateRequest { urn: urn.to_owned(), properties, preview, ..Default::default() };
        self.rpcs.push(if preview { "Create preview" } else { "Create" }.into());
        let service = self.service.clone();
        let answer = self.ask("Create", service.create(Request::new(request))).await;
        let answer = Wrong::created(self.wrong, &self.cloud, answer, preview)?;
        let outputs = Wrong::answered(self.wrong, from_wire(answer.properties));
        self.note("Create", &outputs, "");
        Ok((answer.id, outputs))
    }

    /// `Update`: the outputs.
    pub(crate) async fn update(
        &mut self,
        urn: &str,
        id: &str,
        (old_inputs, olds): (&Properties, &Properties),
        news: &Properties,
        preview: bool,
    ) -> Answer<Properties> {
        let request = pb::UpdateRequest {
            id: id.to_owned(),
            urn: urn.to_owned(),
            olds: Some(to_wire(olds)),
            news: Some(to_wire(news)),
            preview,
            old_inputs: Some(to_wire(old_inputs)),
            ..Default::default()
        };
        self.rpcs.push(if preview { "Update preview" } else { "Update" }.into());
        let service = self.service.clone();
        let answer = self.ask("Update", service.update(Request::new(request))).await?;
        Wrong::updated(self.wrong, &self.cloud, id, preview);
        let outputs = Wrong::answered(self.wrong, from_wire(answer.properties));
        self.note("Update", &outputs, "");
        Ok(outputs)
    }

    /// `Read` for a refresh: the ID, the inputs and the outputs; `None` for a key that is gone.
    pub(crate) async fn read(
        &mut self,
        urn: &str,
        id: &str,
        (inputs, outputs): (&Properties, &Properties),
    ) -> Answer<Option<(String, Properties, Properties)>> {
        let request = pb::ReadRequest {
            id: id.to_owned(),
            urn: urn.to_owned(),
            properties: Some(to_wire(outputs)),
            inputs: Some(to_wire(inputs)),
            ..Default::default()
        };
        self.rpcs.push("Read".into());
        let service = self.service.clone();
        let answer = self.ask("Read", service.read(Request::new(request))).await?;
        let (inputs, outputs) = (from_wire(answer.inputs), from_wire(answer.properties));
        self.note("Read", &inputs, "");
        self.note("Read", &outputs, "");
        let is_there = !answer.id.is_empty() && self.wrong != Some(Wrong::ForgetsAtRefresh);
        Ok(is_there.then_some((answer.id, inputs, outputs)))
    }

    /// `Delete`.
    pub(crate) async fn delete(
        &mut self,
        urn: &str,
        id: &str,
        (inputs, outputs): (&Properties, &Properties),
    ) -> Answer<()> {
        let request = pb::DeleteRequest {
            id: id.to_owned(),
            urn: urn.to_owned(),
            properties: Some(to_wire(outputs)),
            old_inputs: Some(to_wire(inputs)),
            ..Default::default()
        };
        self.rpcs.push("Delete".into());
        let service = self.service.clone();
        self.ask("Delete", service.delete(Request::new(request))).await
    }

    /// The engine asks the process to end; one that is dead already does nothing more.
    pub(crate) async fn end(&mut self) {
        let service = self.service.clone();
        tokio::select! {
            biased;
            () = self.cloud.killed() => {}
            () = service.end() => {}
        }
    }

    /// The messages so far.
    pub(crate) fn messages(&mut self) -> Vec<Message> {
        let mut all = vec![];
        while let Ok(message) = self.messages.try_recv() {
            let is_serious = message.severity >= pb::LogSeverity::Warning.into();
            if !message.ephemeral {
                all.push(Message { is_serious, text: message.message });
            }
        }
        all
    }
}
