use bytes::Bytes;
use dynochemy_core::api::ListTablesInput;
use dynochemy_core::http::Codec;
use dynochemy_core::{Configuration, Request};
use http::{HeaderName, HeaderValue};

use sha2::Digest as _;

use super::*;

const NOW: Moment = Moment::from_secs(1_800_000_000);

fn credentials(id: &str, secret: &str) -> Credentials {
    Credentials::new(id, secret)
}

/// A request as our own drivers sign it, which is held against AWS's own signing elsewhere.
fn signed_by(credentials: Credentials, now: Moment) -> (Parts, Bytes) {
    let mut configuration = Configuration::default();
    configuration.region = Some("eu-west-1".to_owned());
    configuration.endpoint = Some("http://127.0.0.1:8000".to_owned());
    configuration.credentials = Some(credentials);
    let codec = Codec::new(&configuration).unwrap();
    let request = Request::ListTables(ListTablesInput { limit: Some(5), ..ListTablesInput::default() });
    codec.encode(&request, now).unwrap().into_parts()
}

fn signed() -> (Parts, Bytes) {
    signed_by(credentials("AKID", "secret"), NOW)
}

fn check(parts: &Parts, body: &[u8]) -> Result<(), SignatureFault> {
    Verifier::new(credentials("AKID", "secret")).check(parts, body, NOW)
}

/// The fault of a request whose header was changed by text.
fn fault_with(header: &'static str, from: &str, to: &str) -> SignatureFault {
    let (mut parts, body) = signed();
    let name = HeaderName::from_static(header);
    let before = parts.headers[&name].to_str().unwrap().to_owned();
    assert!(before.contains(from), "{before}");
    parts.headers.insert(name, HeaderValue::try_from(before.replace(from, to)).unwrap());
    check(&parts, &body).unwrap_err()
}

#[test]
fn what_the_right_credentials_signed_passes() {
    let (parts, body) = signed();
    assert_eq!(check(&parts, &body), Ok(()));
    let token = Credentials { session_token: Some("token".to_owned()), ..credentials("AKID", "secret") };
    let (parts, body) = signed_by(token, NOW);
    assert_eq!(check(&parts, &body), Ok(()));
}

#[test]
fn a_kept_signing_key_is_not_taken_for_another_day() {
    let verifier = Verifier::new(credentials("AKID", "secret"));
    for day in [0, 1, 0] {
        let now = NOW + Duration::from_secs(86_400 * day);
        let (parts, body) = signed_by(credentials("AKID", "secret"), now);
        assert_eq!(verifier.check(&parts, &body, now), Ok(()));
    }
}

#[test]
fn a_request_without_a_signature_is_told_so() {
    let (mut parts, body) = signed();
    assert_eq!(presented(&parts), Ok(()));
    parts.headers.remove(AUTHORIZATION);
    assert_eq!(presented(&parts), Err(SignatureFault::missing()));
    assert_eq!(check(&parts, &body), Err(SignatureFault::missing()));
    parts.headers.insert(AUTHORIZATION, HeaderValue::from_static("Basic eDp5"));
    assert_eq!(presented(&parts), Err(SignatureFault::missing()));
}

#[test]
fn one_signature_is_enough() {
    let (mut parts, _) = signed();
    parts.uri = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256".parse().unwrap();
    assert!(presented(&parts).unwrap_err().message.starts_with("Found both"));
    parts.headers.remove(AUTHORIZATION);
    assert_eq!(presented(&parts), Ok(()));
}

#[test]
fn a_second_signature_is_refused_beside_the_right_one() {
    let (mut parts, body) = signed();
    parts.uri = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256".parse().unwrap();
    assert_eq!(check(&parts, &body), Err(SignatureFault::twofold()));
    let (mut parts, body) = signed();
    parts.headers.append(AUTHORIZATION, parts.headers[AUTHORIZATION].clone());
    assert!(check(&parts, &body).unwrap_err().message.contains("one 'Authorization' header only"));
}

/// What is said to a request that its own key signed anew, with these names of headers.
fn check_signed_as(names: &str, headers: &[(&'static str, &'static str)]) -> Result<(), SignatureFault> {
    let (mut parts, body) = signed();
    for (name, value) in headers {
        parts.headers.insert(*name, HeaderValue::from_static(value));
    }
    let mut text = "POST\n/\n\n".to_owned();
    for name in names.split(';') {
        let value = parts.headers.get(name).map_or("", |value| value.to_str().unwrap());
        text += &format!("{name}:{value}\n");
    }
    let digest =
        |bytes: &[u8]| -> String { Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect() };
    text += &format!("\n{names}\n{}", digest(&body));
    let time = parts.headers["x-amz-date"].to_str().unwrap();
    let scope = format!("{}/eu-west-1/dynamodb/aws4_request", &time[..8]);
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", digest(text.as_bytes()));
    let key = Verifier::new(credentials("AKID", "secret")).signing_key(&time[..8], "eu-west-1");
    let signature: String =
        key.chain_update(text).finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential=AKID/{scope}, SignedHeaders={names}, Signature={signature}");
    parts.headers.insert(AUTHORIZATION, HeaderValue::try_from(authorization).unwrap());
    check(&parts, &body)
}

#[test]
fn all_headers_of_aws_are_signed_and_are_there() {
    let host = ("host", "127.0.0.1:8000");
    let enough = "host;x-amz-date;x-amz-target";
    assert_eq!(check_signed_as(enough, &[host]), Ok(()));
    let fault = check_signed_as("host;x-amz-date", &[host]).unwrap_err();
    assert_eq!(fault.message, "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.");
    let fault = check_signed_as(enough, &[host, ("x-amz-security-token", "token")]).unwrap_err();
    assert_eq!(fault.message, "'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.");
    let fault = check_signed_as("host;x-amz-date;x-amz-missing;x-amz-target", &[host]).unwrap_err();
    assert_eq!(fault.message, WRONG);
}

#[test]
fn what_is_told_of_the_body_is_true() {
    let host = ("host", "127.0.0.1:8000");
    let names = "host;x-amz-content-sha256;x-amz-date;x-amz-target";
    let fault = check_signed_as(names, &[host, ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")]).unwrap_err();
    assert_eq!(fault.message, WRONG);
}

#[test]
fn a_wrong_secret_is_a_wrong_signature() {
    let (parts, body) = signed_by(credentials("AKID", "other"), NOW);
    assert_eq!(check(&parts, &body), Err(SignatureFault::invalid(WRONG)));
}

#[test]
fn an_unknown_key_is_no_client() {
    let (parts, body) = signed_by(credentials("AKIX", "secret"), NOW);
    assert_eq!(check(&parts, &body), Err(SignatureFault::unknown()));
}

#[test]
fn whatever_was_signed_cannot_be_changed() {
    let (parts, body) = signed();
    assert_eq!(check(&parts, &[&body[..], b" "].concat()), Err(SignatureFault::invalid(WRONG)));
    for (header, from, to) in [
        ("x-amz-target", "ListTables", "DeleteTable"),
        ("x-amz-date", "Z", "Z "),
        ("host", "8000", "8001"),
        ("content-type", "1.0", "1.1"),
        ("authorization", "content-type;host", "host"),
    ] {
        let (mut parts, body) = signed();
        let name = HeaderName::from_static(header);
        let before =
            parts.headers.get(&name).map_or("127.0.0.1:8000", |value| value.to_str().unwrap()).to_owned();
        parts.headers.insert(name, HeaderValue::try_from(before.replace(from, to)).unwrap());
        let expected = if header == "x-amz-date" { Ok(()) } else { Err(SignatureFault::invalid(WRONG)) };
        // White space around a value is no part of it.
        assert_eq!(check(&parts, &body), expected, "{header}");
    }
    let (mut parts, body) = signed();
    parts.uri = "/?a=1".parse().unwrap();
    assert_eq!(check(&parts, &body), Err(SignatureFault::invalid(WRONG)));
    parts.uri = "/a".parse().unwrap();
    assert_eq!(check(&parts, &body), Err(SignatureFault::invalid(WRONG)));
}

#[test]
fn a_clock_may_be_off_by_a_quarter_of_an_hour() {
    let at = |seconds: i64| {
        let now = Moment::from_secs(NOW.as_secs().saturating_add_signed(seconds));
        let (parts, body) = signed_by(credentials("AKID", "secret"), now);
        check(&parts, &body).map_err(|fault| {
            assert_eq!(fault.code, "InvalidSignatureException");
            fault.message
        })
    };
    assert_eq!(at(-900), Ok(()));
    assert_eq!(at(900), Ok(()));
    assert_eq!(
        at(-901).unwrap_err(),
        "Signature expired: 20270115T074459Z is now earlier than 20270115T074500Z (20270115T080000Z - 15 min.)"
    );
    assert_eq!(
        at(901).unwrap_err(),
        "Signature not yet current: 20270115T081501Z is still later than 20270115T081500Z (20270115T080000Z + 15 min.)"
    );
}

#[test]
fn what_the_header_lacks_is_named() {
    let fault = fault_with("authorization", "Credential=", "Cred=");
    assert_eq!(fault.code, "IncompleteSignatureException");
    assert!(fault.message.starts_with("Authorization header requires 'Credential' parameter. "), "{fault:?}");
    let fault = fault_with("authorization", "Signature=", "Sig=");
    assert!(fault.message.contains("'Signature' parameter"), "{fault:?}");
    let fault = fault_with("authorization", "/eu-west-1", "");
    assert!(fault.message.contains("exactly 5 slash-delimited elements"), "{fault:?}");
    let fault = fault_with("x-amz-date", "T", " ");
    assert!(fault.message.contains("ISO-8601 'basic format'"), "{fault:?}");
    let (mut parts, body) = signed();
    parts.headers.remove("x-amz-date");
    let fault = check(&parts, &body).unwrap_err();
    assert!(fault.message.contains("'X-Amz-Date' or a 'Date' header"), "{fault:?}");
}

#[test]
fn a_signature_is_of_this_service_and_of_its_day() {
    let fault = fault_with("authorization", "/dynamodb/", "/s3/");
    assert_eq!(fault.code, "InvalidSignatureException");
    assert_eq!(fault.message, "Credential should be scoped to correct service: 'dynamodb'. ");
    let fault = fault_with("authorization", "/aws4_request", "/aws5_request");
    assert!(fault.message.contains("valid terminator"), "{fault:?}");
    let fault = fault_with("authorization", "/20270115/", "/20270114/");
    assert!(fault.message.contains("'20270114' != '20270115', from '20270115T080000Z'"), "{fault:?}");
    let fault = fault_with("authorization", "host;", "");
    assert!(fault.message.contains("must be a 'SignedHeader'"), "{fault:?}");
    let fault = fault_with("authorization", "Signature=", "Signature=xy");
    assert_eq!(fault.message, WRONG);
}

#[test]
fn no_fault_tells_a_secret_or_the_right_signature() {
    let (parts, body) = signed();
    let right = parts.headers[AUTHORIZATION].to_str().unwrap().split("Signature=").nth(1).unwrap().to_owned();
    let verifier = Verifier::new(credentials("AKID", "hidden-secret"));
    let fault = verifier.check(&parts, &body, NOW).unwrap_err();
    assert!(!format!("{fault:?} {verifier:?}").contains("hidden"));
    assert!(!format!("{:?}", check(&parts, b"").unwrap_err()).contains(&right));
}
