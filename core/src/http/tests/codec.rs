//! The codec as a driver sees it.

use super::*;
use crate::credentials::Credentials;

fn configuration(change: impl FnOnce(&mut Configuration)) -> Configuration {
    let mut configuration = Configuration::default();
    configuration.region = Some("eu-west-1".to_owned());
    configuration.credentials = Some(Credentials {
        session_token: Some("hidden-token".to_owned()),
        ..Credentials::new("AKID", "hidden-secret")
    });
    change(&mut configuration);
    configuration
}

fn codec(change: impl FnOnce(&mut Configuration)) -> Codec {
    Codec::new(&configuration(change)).unwrap()
}

fn problem(change: impl FnOnce(&mut Configuration)) -> String {
    match Codec::new(&configuration(change)).unwrap_err() {
        Error::Configuration { problem } => problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_message_has_all_that_the_service_asks_for() {
    let codec = codec(|_| {});
    let now = Moment::from_nanos(1_763_815_696_789_000_000);
    for request in plain::all() {
        let message = codec.encode(&request, now).unwrap();
        let (host, target) = match request.action().service() {
            ServiceName::DynamoDb => ("dynamodb.eu-west-1.amazonaws.com", "DynamoDB_20120810"),
            ServiceName::Streams => ("streams.dynamodb.eu-west-1.amazonaws.com", "DynamoDBStreams_20120810"),
        };
        assert_eq!(message.method(), Method::POST);
        assert_eq!(message.uri().to_string(), format!("https://{host}/"));
        assert_eq!(message.body(), &write_body(&request));
        let header = |name: &str| message.headers()[name].to_str().unwrap();
        assert_eq!(header("host"), host);
        assert_eq!(header("content-type"), "application/x-amz-json-1.0");
        assert_eq!(header("x-amz-target"), format!("{target}.{}", request.name()));
        assert_eq!(header("x-amz-date"), "20251122T124816Z");
        assert_eq!(header("x-amz-security-token"), "hidden-token");
        let expected = "AWS4-HMAC-SHA256 Credential=AKID/20251122/eu-west-1/dynamodb/aws4_request, \
                        SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=";
        assert!(header("authorization").starts_with(expected), "{}", header("authorization"));
        assert_eq!(message.headers().len(), 6);
    }
}

#[test]
fn long_lived_credentials_have_no_token() {
    let credentials = Credentials::new("AKID", "secret");
    let codec = codec(|configuration| configuration.credentials = Some(credentials));
    let message = codec.encode(&Request::GetItem(plain::get()), Moment::EPOCH).unwrap();
    assert!(!message.headers().contains_key("x-amz-security-token"));
    assert_eq!(message.headers().len(), 5);
}

#[test]
fn an_endpoint_takes_the_place_of_the_regions_own() {
    let endpoint = Some("http://127.0.0.1:8000".to_owned());
    let codec = codec(|configuration| configuration.endpoint = endpoint);
    let message = codec.encode(&Request::GetItem(plain::get()), Moment::EPOCH).unwrap();
    assert_eq!(message.uri(), "http://127.0.0.1:8000/");
    assert_eq!(message.headers()["host"], "127.0.0.1:8000");
    let streams = codec.encode(&ListStreamsInput::default().into(), Moment::EPOCH).unwrap();
    assert_eq!(streams.uri(), "http://127.0.0.1:8000/");
    assert_eq!(streams.headers()["x-amz-target"], "DynamoDBStreams_20120810.ListStreams");
}

#[test]
fn a_raw_call_has_the_name_and_body_that_it_was_given() {
    let codec = codec(|_| {});
    let call = RawInput::new("ExportTableToPointInTime", r#"{"S3Bucket":"b"}"#);
    let message = codec.encode(&call.into(), Moment::EPOCH).unwrap();
    assert_eq!(message.headers()["x-amz-target"], "DynamoDB_20120810.ExportTableToPointInTime");
    assert_eq!(message.body(), &r#"{"S3Bucket":"b"}"#);
    for action in ["", "Describe Limits", "Describe\r\nLimits", "ü"] {
        let error = codec.encode(&RawInput::new(action, "{}").into(), Moment::EPOCH).unwrap_err();
        assert!(error.to_string().contains("is no action's name"), "{error}");
        assert_eq!(error.effect(), crate::error::Effect::NotApplied);
    }
}

#[test]
fn what_is_missing_is_told_with_how_to_give_it() {
    for region in [None, Some(String::new())] {
        let error = problem(|configuration| configuration.region = region);
        assert!(error.starts_with("no region; call `.region("), "{error}");
        assert!(error.contains("AWS_REGION") && error.contains("AWS_DEFAULT_REGION"), "{error}");
    }
    let endpoint = Some("http://127.0.0.1:8000".to_owned());
    let error = problem(|configuration| {
        configuration.region = None;
        configuration.endpoint = endpoint;
    });
    assert!(error.contains("signatures name it beside an endpoint too"), "{error}");
    for credentials in [None, Some(Credentials::new("AKID", "")), Some(Credentials::new("", "hidden"))] {
        let error = problem(|configuration| configuration.credentials = credentials);
        assert!(error.starts_with("no credentials; call `.credentials("), "{error}");
        assert!(error.contains("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"), "{error}");
    }
    let error = problem(|configuration| configuration.region = Some("eu west".to_owned()));
    assert_eq!(error, "`eu west` is no region; one is called `eu-west-1`");
    let error = problem(|configuration| configuration.endpoint = Some("nowhere".to_owned()));
    assert!(error.starts_with("the endpoint `nowhere` lacks"), "{error}");
}

#[test]
fn secrets_do_not_show() {
    let codec = codec(|_| {});
    let message = codec.encode(&Request::GetItem(plain::get()), Moment::EPOCH).unwrap();
    let signature =
        message.headers()["authorization"].to_str().unwrap().rsplit('=').next().unwrap().to_owned();
    let shown = format!("{codec:?} {codec:#?} {message:?} {message:#?}");
    assert!(shown.contains("AKID") && shown.contains("eu-west-1"), "{shown}");
    assert!(!shown.contains("hidden") && !shown.contains(&signature), "{shown}");
}

#[test]
fn a_codec_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Codec>();
}
