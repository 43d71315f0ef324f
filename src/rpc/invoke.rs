//! Invoke and List: arguments in, results out, secrets sealed.

use awskms_core::failure::Failure;
use awskms_core::functions::generated::AwsKmsKeyListArgs;
use awskms_core::functions::{self as core_functions, Function, no_function};
use awskms_core::secrets::Secrets;
use awskms_core::value::PropertyValue;
use tonic::Status;

use super::generated::pulumirpc as pb;
use super::generated::pulumirpc::list_response::{Computed, Continuation, Response, Result as Listed};
use super::service::{Service, failures, ours, unreadable};
use super::wire;
use crate::functions::{self, Trouble};
use crate::kms::{Filter, Listing};
use crate::resource::{Provider, ResourceError, kms_failure};

/// Results in one answer, where the engine does not say how many.
const USUAL_PAGE: usize = 100;

/// Answers a call of a function.
pub(super) async fn invoke(service: &Service, request: pb::InvokeRequest) -> Result<pb::InvokeResponse, Status> {
    let function = Function::parse(&request.tok).ok_or_else(|| Status::not_found(no_function(&request.tok)))?;
    let given = wire::decode(request.args);
    let provider = service.provider()?;
    let hidden = Secrets::of(&[&given]).and(&service.settings_secrets());
    let is_stateless = provider.is_stateless();
    let checked = core_functions::check(function, &given, lenient(&provider));
    if !checked.failures.is_empty() {
        return refused(checked.failures, &hidden, is_stateless);
    }
    let context = service.context("", 0.0, request.preview, &[&given]);
    let run = context.clone();
    let answer = service
        .run(&context, async move {
            match functions::invoke(&provider, &run, function, &checked.arguments).await {
                Ok(result) => Ok(Ok(result)),
                Err(Trouble::Refused(failure)) => Ok(Err(failure)),
                Err(Trouble::Failed(error)) => Err(error),
            }
        })
        .await?;
    Ok(match answer {
        Ok(result) => pb::InvokeResponse { r#return: Some(wire::encode(&hidden.seal_all(result))), failures: vec![] },
        Err(failure) => return refused(vec![failure], &hidden, is_stateless),
    })
}

/// Failures by property, as every SDK shows them. `pulumi do` does not look at them (its version 3.259.0 prints an empty
/// result), so it gets an error.
fn refused(found: Vec<Failure>, hidden: &Secrets, is_stateless: bool) -> Result<pb::InvokeResponse, Status> {
    if is_stateless {
        return Err(Status::invalid_argument(sentences(&found, hidden)));
    }
    Ok(pb::InvokeResponse { r#return: None, failures: failures(found, hidden) })
}

fn sentences(found: &[Failure], hidden: &Secrets) -> String {
    let all: Vec<String> = found.iter().map(|failure| hidden.mask(&failure.to_string())).collect();
    all.join("; ")
}

/// Whether Regions that this version does not know are taken.
fn lenient(provider: &Provider) -> bool {
    provider.clients().settings().config.skip_region_validation.known() == Some(&true)
}

/// Lists one page of keys that can be imported, and where to go on.
pub(super) async fn list(service: &Service, request: pb::ListRequest) -> Result<Vec<pb::ListResponse>, Status> {
    // There is no URN that could say it otherwise.
    ours("list", &request.token)?;
    let given = wire::decode(request.query);
    if given.values().any(PropertyValue::has_unknowns) {
        return Ok(vec![answer(Response::Computed(Computed {}))]);
    }
    let provider = service.provider()?;
    let hidden = Secrets::of(&[&given]).and(&service.settings_secrets());
    let checked = core_functions::check_list(&given, lenient(&provider));
    if !checked.failures.is_empty() {
        return Err(Status::invalid_argument(sentences(&checked.failures, &hidden)));
    }
    let asked = AwsKmsKeyListArgs::from_properties(&checked.arguments).map_err(unreadable)?;
    let count = |number: i64| usize::try_from(number).ok().filter(|number| *number > 0);
    let page = count(request.page_size).unwrap_or(USUAL_PAGE);
    let most = count(request.limit).map_or(page, |limit| page.min(limit));
    let context = service.context("", 0.0, false, &[&given]);
    let (run, filter) = (context.clone(), filter(&asked));
    let about = filter.clone();
    let after = Some(request.continuation_token).filter(|token| !token.is_empty());
    let page = service
        .run(&context, async move {
            let target = provider.target(asked.region.known().map(String::as_str))?;
            provider.account(&target.region).await?;
            let listed = async {
                let page = async { Listing::of(&target, &about).await?.page(most, after.as_deref()).await };
                page.await.map_err(|error| kms_failure(&format!("listing the keys of {}", target.region), &error))
            };
            tokio::select! {
                page = listed => page,
                () = run.ended() => Err(ResourceError::failed(tonic::Code::Cancelled, "the listing was cancelled")),
            }
        })
        .await?;
    if let Some(first) = page.unread.first() {
        context.log.warning(&format!(
            "{} keys are not in the list because they could not be read: {first}. Allow kms:DescribeKey, and for tags and \
             owned kms:ListResourceTags, on every key.",
            page.unread.len()
        ));
        context.log.flush().await;
    }
    let results = page.keys.into_iter().map(|key| {
        let name = key.name(&filter).to_owned();
        answer(Response::Result(Listed { id: key.metadata.arn, name }))
    });
    let next = page.next.map(|token| answer(Response::Continuation(Continuation { continuation_token: token })));
    Ok(results.chain(next).collect())
}

fn answer(response: Response) -> pb::ListResponse {
    pb::ListResponse { response: Some(response) }
}

/// What a listing is about.
fn filter(asked: &AwsKmsKeyListArgs) -> Filter {
    Filter {
        alias_prefix: asked.alias_prefix.known().cloned(),
        tags: asked.tags.known_texts(),
        owned: asked.owned.known().copied(),
        include_replicas: false,
    }
}
