//! Connections over async-std's sockets, as hyper wants them.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_std::io::{Read as _, Write as _};
use async_std::net::TcpStream;
use futures_rustls::TlsConnector;
use futures_rustls::rustls::pki_types::ServerName;
use futures_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use http::Uri;
use http::uri::Scheme;
use hyper::rt::ReadBufCursor;
use hyper_util::client::legacy::connect::{Connected, Connection};
use tower_service::Service;

/// What one read from a socket brings at most.
const READ: usize = 16 << 10;

/// Makes connections, with TLS where the URI says `https`.
#[derive(Clone)]
pub(crate) struct Connector {
    tls: TlsConnector,
    timeout: Duration,
}

impl Connector {
    /// Connections must come about within `timeout`, the handshake included.
    pub(crate) fn new(timeout: Duration) -> Result<Self, futures_rustls::rustls::Error> {
        let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        // The provider is named, since a program with two of them has no default.
        let mut config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), timeout })
    }

    async fn connect(self, uri: Uri) -> io::Result<Socket> {
        let secure = uri.scheme() == Some(&Scheme::HTTPS);
        let host = uri.host().ok_or_else(|| io::Error::other("the endpoint has no host"))?;
        // Brackets belong to the URL, not to the address.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let stream = TcpStream::connect((host.as_str(), port)).await?;
        // Requests are written whole, so that nothing is won by waiting for more.
        stream.set_nodelay(true)?;
        if !secure {
            return Ok(Socket::new(stream));
        }
        let name = ServerName::try_from(host).map_err(io::Error::other)?;
        Ok(Socket::new(self.tls.connect(name, stream).await?))
    }
}

impl Service<Uri> for Connector {
    type Response = Socket;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Socket>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let timeout = self.timeout;
        Box::pin(async_std::io::timeout(timeout, self.clone().connect(uri)))
    }
}

/// Bytes in both directions.
trait Duplex: async_std::io::Read + async_std::io::Write + Send + Unpin + 'static {}

impl<S: async_std::io::Read + async_std::io::Write + Send + Unpin + 'static> Duplex for S {}

/// A connection, encrypted or not.
pub(crate) struct Socket {
    stream: Box<dyn Duplex>,
    /// hyper's own buffer can be handed to a reader by `unsafe` only, so bytes are copied once.
    buffer: Box<[u8]>,
}

impl Socket {
    fn new(stream: impl Duplex) -> Self {
        Self { stream: Box::new(stream), buffer: vec![0; READ].into() }
    }
}

impl hyper::rt::Read for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut target: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, buffer } = self.get_mut();
        let most = target.remaining().min(buffer.len());
        let count = ready!(Pin::new(stream).poll_read(context, &mut buffer[..most]))?;
        target.put_slice(&buffer[..count]);
        Poll::Ready(Ok(()))
    }
}

impl hyper::rt::Write for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_close(context)
    }
}

impl Connection for Socket {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}
