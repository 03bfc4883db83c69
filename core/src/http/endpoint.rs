//! Where requests go.
//!
//! See [DynamoDB endpoints](https://docs.aws.amazon.com/general/latest/gr/ddb.html).

use http::{HeaderValue, Uri};

use crate::request::ServiceName;

/// A server's address.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    /// What a request's message is addressed to.
    pub(super) uri: Uri,
    /// The `host` header: host, and port where it is not the scheme's own.
    pub(super) host: HeaderValue,
}

impl Endpoint {
    /// A service's own endpoint in a region.
    pub(super) fn of_region(service: ServiceName, region: &str) -> Result<Self, String> {
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let host = match service {
            ServiceName::DynamoDb => "dynamodb",
            ServiceName::Streams => "streams.dynamodb",
        };
        Self::parse(&format!("https://{host}.{region}.{suffix}"))
    }

    /// An endpoint that was given; the error tells what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let refuse = |problem: &str| {
            // What stands before an `@` may be a password.
            let shown = text.rsplit('@').next().unwrap_or(text);
            Err(format!("the endpoint `{shown}` {problem}; give a URL as in `http://127.0.0.1:8000`"))
        };
        let Ok(uri) = text.trim().parse::<Uri>() else {
            return refuse("is not a URL");
        };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return refuse("lacks `http://` or `https://`");
        };
        let own_port = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return refuse("is neither `http` nor `https`"),
        };
        if authority.as_str().contains('@') {
            return refuse("holds a user name, which nobody asks for");
        }
        if authority.host().is_empty() {
            return refuse("names no host");
        }
        // A port that is no number is not told from none by `port_u16`.
        if authority.port().is_none() && authority.as_str() != authority.host() {
            return refuse("has a port that is no port");
        }
        if uri.path() != "/" || uri.query().is_some() || text.contains('#') {
            return refuse("has more than a host and port, where DynamoDB answers at `/` only");
        }
        let host = match authority.port_u16() {
            Some(port) if port != own_port => format!("{}:{port}", authority.host()),
            _ => authority.host().to_owned(),
        };
        let Ok(uri) = format!("{scheme}://{host}/").parse() else {
            return refuse("is not a URL");
        };
        let Ok(host) = HeaderValue::try_from(host) else {
            return refuse("is not a URL");
        };
        Ok(Self { uri, host })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, String) {
        let endpoint = Endpoint::parse(text).unwrap();
        (endpoint.uri.to_string(), endpoint.host.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_region_has_its_own_endpoint() {
        for (region, uri) in [
            ("eu-west-1", "https://dynamodb.eu-west-1.amazonaws.com/"),
            ("us-gov-west-1", "https://dynamodb.us-gov-west-1.amazonaws.com/"),
            ("cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn/"),
        ] {
            assert_eq!(Endpoint::of_region(ServiceName::DynamoDb, region).unwrap().uri, uri);
            let streams = Endpoint::of_region(ServiceName::Streams, region).unwrap();
            assert_eq!(streams.uri.to_string(), uri.replace("dynamodb", "streams.dynamodb"));
        }
    }

    #[test]
    fn the_host_names_the_port_unless_it_is_the_schemes_own() {
        let of = |uri: &str, host: &str| (uri.to_owned(), host.to_owned());
        assert_eq!(parsed("http://127.0.0.1:8000"), of("http://127.0.0.1:8000/", "127.0.0.1:8000"));
        assert_eq!(parsed("http://localhost:80/"), of("http://localhost/", "localhost"));
        assert_eq!(parsed("https://db.example:443"), of("https://db.example/", "db.example"));
        assert_eq!(parsed("https://db.example:80"), of("https://db.example:80/", "db.example:80"));
        assert_eq!(parsed("http://[::1]:8000"), of("http://[::1]:8000/", "[::1]:8000"));
        assert_eq!(parsed(" http://localhost:8000 "), of("http://localhost:8000/", "localhost:8000"));
    }

    #[test]
    fn what_is_no_endpoint_is_refused_with_what_is_wrong() {
        for (text, problem) in [
            ("", "is not a URL"),
            ("localhost:8000", "lacks `http://`"),
            ("localhost", "lacks `http://`"),
            ("ftp://localhost", "is neither `http` nor `https`"),
            ("http://localhost:8000/dynamodb", "more than a host and port"),
            ("http://localhost:8000/?a=b", "more than a host and port"),
            ("http://localhost:8000/#a", "more than a host and port"),
            ("http://localhost:99999", "a port that is no port"),
            ("http://localhost:", "a port that is no port"),
            ("http://local host", "is not a URL"),
        ] {
            let error = Endpoint::parse(text).unwrap_err();
            assert!(error.contains(problem) && error.contains("http://127.0.0.1:8000"), "{text}: {error}");
        }
    }

    #[test]
    fn a_password_in_an_endpoint_is_not_shown() {
        for text in ["http://user:hidden@localhost:8000", "ftp://user:hidden@localhost"] {
            let error = Endpoint::parse(text).unwrap_err();
            assert!(!error.contains("hidden") && error.contains("localhost"), "{error}");
        }
    }
}
