//! Ours against the ready-made signing of `aws-sigv4`.

use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use proptest::prelude::*;

use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::http::endpoint::Endpoint;

/// `x-amz-date` and `authorization` as `aws-sigv4` makes them.
fn expected(
    endpoint: &Endpoint,
    region: &str,
    credentials: &Credentials,
    target: &str,
    body: &[u8],
    now: Moment,
) -> (String, String) {
    let time = UNIX_EPOCH + Duration::from_nanos(now.as_nanos());
    let identity = AwsCredentials::from_keys(
        credentials.access_key_id.clone(),
        credentials.secret_access_key.clone(),
        credentials.session_token.clone(),
    )
    .into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("dynamodb")
        .time(time)
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let headers = [("content-type", CONTENT_TYPE), ("x-amz-target", target)];
    let uri = endpoint.uri.to_string();
    let request = SignableRequest::new("POST", uri, headers.into_iter(), SignableBody::Bytes(body)).unwrap();
    let (instructions, _) = sign(request, &params).unwrap().into_parts();
    let header = |name: &str| {
        let (headers, _) = instructions.headers().partition::<Vec<_>, _>(|(found, _)| *found == name);
        headers[0].1.to_owned()
    };
    (header("x-amz-date"), header("authorization"))
}

fn assert_agrees(
    endpoint: &str,
    region: &str,
    credentials: &Credentials,
    target: &str,
    body: &[u8],
    moments: &[Moment],
) {
    let endpoint = Endpoint::parse(endpoint).unwrap();
    let signer = Signer::new(&endpoint.host, region, credentials).unwrap();
    for now in moments {
        let signature = signer.sign(&HeaderValue::from_str(target).unwrap(), body, *now);
        let found =
            [&signature.date, &signature.authorization].map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(found, <[String; 2]>::from(expected(&endpoint, region, credentials, target, body, *now)));
        let token = signature.token.as_ref().map(|token| token.to_str().unwrap());
        assert_eq!(token, credentials.session_token.as_deref());
    }
}

fn temporary() -> Credentials {
    Credentials {
        session_token: Some("IQoJb3JpZ2luX2VjEA8aCXVzLWVhc3QtMSJHMEUC/+==".to_owned()),
        ..Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    }
}

#[test]
fn signatures_are_those_of_aws_sigv4_on_any_day_in_any_region_with_and_without_a_token() {
    // One signer sees all of them, so that its key is kept, changed, and changed back.
    let moments =
        [0, 1, 86_399, 86_400, 951_782_399, 951_782_400, 1_735_689_599, 1_735_689_600, 0, 4_107_542_400]
            .map(|seconds| Moment::from_nanos(seconds * 1_000_000_000 + 999_999_999));
    for credentials in [Credentials::new("AKIDEXAMPLE", "secret"), temporary()] {
        for (endpoint, region) in [
            ("https://dynamodb.eu-west-1.amazonaws.com", "eu-west-1"),
            ("https://dynamodb.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("http://127.0.0.1:8000", "local"),
            ("http://localhost:80", "us-east-1"),
            ("http://[::1]:8000", "us-east-1"),
            ("https://vpce-0a1b.dynamodb.eu-west-1.vpce.amazonaws.com", "eu-west-1"),
            ("https://xn--bcher-kva.example:8443", "a_b-c"),
        ] {
            for body in [&b""[..], br#"{"TableName":"visits"}"#, "ünïcödé \0\n".as_bytes(), &[7; 100_000]]
            {
                assert_agrees(endpoint, region, &credentials, "DynamoDB_20120810.GetItem", body, &moments);
            }
        }
    }
}

#[test]
fn streams_are_signed_as_the_same_service_at_a_host_and_with_targets_of_their_own() {
    for credentials in [Credentials::new("AKIDEXAMPLE", "secret"), temporary()] {
        for target in ["DynamoDBStreams_20120810.GetRecords", "DynamoDB_20120810.ListTagsOfResource"] {
            let host = "https://streams.dynamodb.eu-west-1.amazonaws.com";
            let body = br#"{"ShardIterator":"arn:aws:dynamodb"}"#;
            assert_agrees(host, "eu-west-1", &credentials, target, body, &[Moment::from_secs(1_795_000_000)]);
        }
    }
}

#[test]
fn a_secret_longer_than_a_block_is_signed_with_too() {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".repeat(3);
    let credentials = Credentials::new("A", secret);
    let now = [Moment::from_secs(1_735_689_600)];
    assert_agrees("https://d.example", "r", &credentials, "DynamoDB_20120810.GetItem", b"{}", &now);
}

proptest! {
    #[test]
    fn signatures_are_those_of_aws_sigv4(
        id in "[!-~]{1,40}",
        secret in "[!-~]{1,60}",
        token in proptest::option::of("[!-~]{1,80}"),
        region in "[a-z0-9-]{1,20}",
        action in "[A-Za-z]{1,20}",
        body in proptest::collection::vec(any::<u8>(), 0..300),
        seconds in 0u64..5_000_000_000,
    ) {
        let credentials = Credentials { session_token: token, ..Credentials::new(id, secret) };
        let target = format!("DynamoDB_20120810.{action}");
        let now = [Moment::from_secs(seconds)];
        assert_agrees("https://dynamodb.eu-west-1.amazonaws.com", &region, &credentials, &target, &body, &now);
    }
}

#[test]
fn the_signing_key_is_kept_for_the_day_and_the_date_for_the_second() {
    let signer = Signer::new(&HeaderValue::from_static("host"), "eu-west-1", &temporary()).unwrap();
    let last = 20_000 * SECONDS_A_DAY - 1;
    let earlier = signer.second(last - 1);
    assert!(Arc::ptr_eq(&earlier, &signer.second(last - 1)));
    let later = signer.second(last);
    assert!(!Arc::ptr_eq(&earlier, &later) && Arc::ptr_eq(&earlier.day, &later.day));
    assert!(!Arc::ptr_eq(&later.day, &signer.second(last + 1).day));
}

#[test]
fn credentials_with_white_space_are_refused_without_being_shown() {
    let base = temporary();
    for (credentials, what) in [
        (Credentials { access_key_id: "hidden\n".to_owned(), ..base.clone() }, "access key id"),
        (Credentials { secret_access_key: " hidden".to_owned(), ..base.clone() }, "secret access key"),
        (Credentials { session_token: Some("hidden\u{e9}".to_owned()), ..base }, "session token"),
    ] {
        let error = Signer::new(&HeaderValue::from_static("host"), "eu-west-1", &credentials).unwrap_err();
        assert!(error.contains(what) && !error.contains("hidden"), "{error}");
    }
}
