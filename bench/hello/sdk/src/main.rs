//! Gets one item and prints it.

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::{Client, Config};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct User {
    id: String,
    name: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let http = aws_smithy_http_client::Builder::new();
    #[cfg(feature = "tls")]
    let http = {
        use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
        http.tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
    };
    #[cfg(not(feature = "tls"))]
    let http = http.build_http();
    // aws-config, which would look all this up in the environment, is not counted against the SDK.
    let variable = |name| std::env::var(name).map_err(|error| format!("{name}: {error}"));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(variable("AWS_REGION")?))
        .credentials_provider(Credentials::new(
            variable("AWS_ACCESS_KEY_ID")?,
            variable("AWS_SECRET_ACCESS_KEY")?,
            None,
            None,
            "environment",
        ))
        .http_client(http);
    #[cfg(not(feature = "tls"))]
    let config = config.endpoint_url(variable("AWS_ENDPOINT_URL")?);
    let client = Client::from_conf(config.build());
    let answer =
        client.get_item().table_name("users").key("id", AttributeValue::S("123".to_owned())).send().await?;
    let user: Option<User> = answer.item.map(serde_dynamo::from_item).transpose()?;
    println!("{user:?}");
    Ok(())
}
