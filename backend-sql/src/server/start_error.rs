//! Why a server did not start.

use std::{error, fmt, io};

/// Why a server did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The address is not this machine's, is in use, or may not be used.
    Address(io::Error),
    /// The machine has no room for another thread or open file.
    Thread(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(error) => match error.kind() {
                io::ErrorKind::AddrInUse => f.write_str(
                    "the port is in use by another program: stop that one, or take another port (0: any)",
                ),
                io::ErrorKind::PermissionDenied => {
                    f.write_str("the port may not be used by this user: take one above 1023 (0: any)")
                }
                io::ErrorKind::AddrNotAvailable => f.write_str(
                    "the address is not one of this machine's: take 127.0.0.1, or 0.0.0.0 for all of them",
                ),
                _ => write!(f, "the address cannot be used: {error}"),
            },
            Self::Thread(error) => write!(f, "the server's threads cannot be started: {error}"),
        }
    }
}

impl error::Error for StartError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Address(error) | Self::Thread(error) => Some(error),
        }
    }
}
