//! Making connections, with TLS or without.

use std::error::Error as StdError;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http::uri::Scheme;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

pub(super) type BoxError = Box<dyn StdError + Send + Sync>;

/// Sends messages over one connection.
pub(super) type Sender = SendRequest<Full<Bytes>>;

/// Makes connections, and gives up before the attempt's own time is up, whether a name, a socket or a handshake keeps it
/// waiting: so that what was never sent is known not to have been.
pub(super) struct Connector {
    timeout: Duration,
    #[cfg(feature = "tls")]
    tls: tokio_rustls::TlsConnector,
}

impl Connector {
    /// A connector for an endpoint; the error tells why there is none for it.
    pub(super) fn new(endpoint: &Uri, timeout: Duration) -> Result<Self, String> {
        if cfg!(not(feature = "tls")) && is_https(endpoint) {
            return Err(format!(
                "the endpoint `{endpoint}` needs TLS, and dynochemy-tokio was built without its feature `tls`; switch \
                 that on, or name an endpoint with `http://`"
            ));
        }
        Ok(Self {
            timeout,
            #[cfg(feature = "tls")]
            tls: tls()?,
        })
    }

    /// A new connection to the place that `uri` names.
    pub(super) async fn connect(&self, uri: &Uri) -> Result<Sender, BoxError> {
        let limit = self.timeout;
        let connecting = timeout(limit, self.handshakes(uri)).await;
        connecting.unwrap_or_else(|_| Err(format!("nothing came about within {limit:?}").into()))
    }

    async fn handshakes(&self, uri: &Uri) -> Result<Sender, BoxError> {
        let host = uri.host().ok_or("the endpoint names no host")?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let secure = is_https(uri);
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let tcp = self.socket(host, port).await?;
        // Requests are written whole, so that nothing is won by waiting for more.
        tcp.set_nodelay(true)?;
        if secure { self.secure(host, tcp).await } else { speak(tcp).await }
    }

    /// A socket to the first address that answers.
    async fn socket(&self, host: &str, port: u16) -> Result<TcpStream, BoxError> {
        let addresses: Vec<SocketAddr> = lookup_host((host, port)).await?.collect();
        // An address that keeps silent must leave time for the others.
        let share = self.timeout / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
        let mut last: BoxError = "the name has no address".into();
        for address in addresses {
            match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(tcp)) => return Ok(tcp),
                Ok(Err(error)) => last = error.into(),
                Err(_) => last = format!("{address} did not answer within {share:?}").into(),
            }
        }
        Err(last)
    }

    #[cfg(feature = "tls")]
    async fn secure(&self, host: &str, tcp: TcpStream) -> Result<Sender, BoxError> {
        let name = rustls::pki_types::ServerName::try_from(host.to_owned())?;
        speak(self.tls.connect(name, tcp).await?).await
    }

    #[cfg(not(feature = "tls"))]
    async fn secure(&self, _host: &str, _tcp: TcpStream) -> Result<Sender, BoxError> {
        Err("there is no TLS in this build".into())
    }
}

fn is_https(uri: &Uri) -> bool {
    uri.scheme() == Some(&Scheme::HTTPS)
}

/// Begins HTTP on a connection, which a task of its own moves from now on.
async fn speak<S>(stream: S) -> Result<Sender, BoxError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // What the connection ends with is told to who waits for an answer.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

#[cfg(feature = "tls")]
fn tls() -> Result<tokio_rustls::TlsConnector, String> {
    use std::sync::Arc;

    // The provider is named, since a program with two of them has no default.
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS cannot be set up: {error}"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
    Ok(Arc::new(config).into())
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}
