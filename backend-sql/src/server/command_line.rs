//! The program `dynochemy-local`: its arguments, what it says, and how it ends.

use std::ffi::OsString;
use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;

use dynochemy_core::Credentials;

use super::lines::Lines;
use super::{Server, ServerOptions};
use crate::{SqlBackend, Throughput};

/// What `--help` says.
const HELP: &str = "\
DynamoDB on this machine, for any AWS SDK: tables live in memory, or in a file.

usage: dynochemy-local [OPTION..]

  --port PORT              answers there; 0 takes a free port                        [8000]
  --host ADDRESS           answers there; 0.0.0.0 lets other machines in too         [127.0.0.1]
  --db FILE                keeps the tables in a file, which is made if need be      [in memory]
  --throughput off         answers as fast as it can                                 [this one]
  --throughput declared    throttles tables as their declared capacity has it
  --access-key ID          answers only calls that are signed with this access key,
  --secret-key SECRET      and its secret; both, or none                             [any will do]
  --log                    tells of each request on standard error
  --help                   says this
  --version                says which version this is

Point a client at it, with any region and any credentials; for boto3:

    boto3.resource(\"dynamodb\", endpoint_url=\"http://127.0.0.1:8000\", region_name=\"us-east-1\",
                   aws_access_key_id=\"any\", aws_secret_access_key=\"any\")

Once it answers, it prints its URL. Ctrl-C or SIGTERM stops it, after the calls under way.
";

/// What the arguments ask for.
#[derive(Clone, Debug, PartialEq)]
enum Command {
    /// To serve.
    Serve(Box<Arguments>),
    /// To say how it is used.
    Help,
    /// To say which version it is.
    Version,
}

/// How to serve.
#[derive(Clone, Debug, PartialEq)]
struct Arguments {
    /// The port; 0 for any that is free.
    port: u16,
    /// The name or address of the interface.
    host: String,
    /// The file; `None` for memory.
    file: Option<PathBuf>,
    /// Whether tables are throttled.
    throughput: Throughput,
    /// Whose calls are answered; `None` for everybody's.
    credentials: Option<Credentials>,
    /// What is told of each request.
    log: Log,
}

/// What is told of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Log {
    /// Nothing.
    Off,
    /// A line on standard error.
    Lines,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            port: 8000,
            host: "127.0.0.1".to_owned(),
            file: None,
            throughput: Throughput::unlimited(),
            credentials: None,
            log: Log::Off,
        }
    }
}

/// What is wrong with the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
struct UsageError(String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; --help tells how it is used", self.0)
    }
}

impl Command {
    /// Reads the arguments, without the program's name.
    ///
    /// # Errors
    /// When there is an unknown option, or a value that is missing or wrong.
    fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, UsageError> {
        let mut read = Arguments::default();
        let (mut access_key, mut secret_key) = (None, None);
        let mut arguments = arguments.into_iter().map(text);
        while let Some(argument) = arguments.next() {
            let argument = argument?;
            let (option, value) = match argument.split_once('=') {
                Some((option, value)) if option.starts_with("--") => (option, Some(value.to_owned())),
                _ => (argument.as_str(), None),
            };
            let mut value = || match &value {
                Some(value) => Ok(value.clone()),
                None => {
                    arguments.next().unwrap_or_else(|| Err(UsageError(format!("{option} needs a value"))))
                }
            };
            match option {
                "--help" | "-h" => return Ok(Self::Help),
                "--version" | "-V" => return Ok(Self::Version),
                "--port" => read.port = port(&value()?)?,
                "--host" => read.host = value()?,
                "--db" => read.file = Some(value()?.into()),
                "--throughput" => read.throughput = throughput(&value()?)?,
                "--access-key" => access_key = Some(value()?),
                "--secret-key" => secret_key = Some(value()?),
                "--log" if !argument.contains('=') => read.log = Log::Lines,
                _ => return Err(UsageError(format!("there is no option {argument}"))),
            }
        }
        read.credentials = match (access_key, secret_key) {
            (Some(id), Some(secret)) => Some(Credentials::new(id, secret)),
            (None, None) => None,
            (Some(_), None) => return Err(UsageError("--access-key needs a --secret-key".to_owned())),
            (None, Some(_)) => return Err(UsageError("--secret-key needs an --access-key".to_owned())),
        };
        Ok(Self::Serve(Box::new(read)))
    }
}

fn text(argument: OsString) -> Result<String, UsageError> {
    argument
        .into_string()
        .map_err(|argument| UsageError(format!("{} is no text (UTF-8)", argument.display())))
}

fn port(text: &str) -> Result<u16, UsageError> {
    text.parse().map_err(|_| UsageError(format!("--port takes a number up to 65535, not {text}")))
}

fn throughput(text: &str) -> Result<Throughput, UsageError> {
    match text {
        "off" => Ok(Throughput::unlimited()),
        "declared" => Ok(Throughput::declared()),
        _ => Err(UsageError(format!("--throughput is off or declared, not {text}"))),
    }
}

/// Does what the program does with these arguments, until a signal stops it; what went wrong is told in words.
///
/// # Errors
/// When the arguments are wrong, the file cannot be opened, or the address cannot be used.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<(), String> {
    match Command::read(arguments).map_err(|error| error.to_string())? {
        Command::Help => print(HELP),
        Command::Version => print(concat!("dynochemy-local ", env!("CARGO_PKG_VERSION"), "\n")),
        Command::Serve(arguments) => serve(*arguments),
    }
}

fn print(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| error.to_string())
}

fn serve(arguments: Arguments) -> Result<(), String> {
    let Arguments { port, host, file, throughput, credentials, log } = arguments;
    let backend = match &file {
        None => SqlBackend::in_memory().map_err(|error| error.to_string())?,
        Some(file) => SqlBackend::open(file).map_err(|error| format!("{}: {error}", file.display()))?,
    };
    let backend = backend.with_throughput(throughput);
    // Signals are listened to before anyone is told that it answers, so that none ends it midway.
    let signals = Signals::listen().map_err(|error| format!("signals cannot be listened to: {error}"))?;
    let mut options = ServerOptions::new();
    if let Some(credentials) = credentials {
        options = options.credentials(credentials);
    }
    let mut writing = None;
    if log == Log::Lines {
        let (lines, started) =
            Lines::start(std::io::stderr()).map_err(|error| format!("the log cannot be written: {error}"))?;
        options = options.log(move |exchange| lines.tell(exchange.to_string()));
        writing = Some(started);
    }
    take_all_descriptors();
    let server = Server::start((host.as_str(), port), backend, options)
        .map_err(|error| format!("{host}:{port}: {error}"))?;
    print(&format!("{}\n", server.endpoint()))?;
    signals.wait();
    server.stop();
    if let Some(writing) = writing {
        writing.finish();
    }
    Ok(())
}

/// Lets the program have as many connections as the system lets it have: what it has at first is often 1024.
fn take_all_descriptors() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        // Where it is refused, it goes on with what it has.
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).ok();
    }
}

/// The signals that end a program.
struct Signals {
    runtime: tokio::runtime::Runtime,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let entered = runtime.enter();
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        drop(entered);
        Ok(Self { runtime, terminate, interrupt })
    }

    #[cfg(not(unix))]
    fn listen() -> std::io::Result<Self> {
        Ok(Self { runtime: tokio::runtime::Builder::new_current_thread().enable_io().build()? })
    }

    #[cfg(unix)]
    fn wait(self) {
        let Self { runtime, mut terminate, mut interrupt } = self;
        runtime.block_on(std::future::poll_fn(|context| {
            let ready = terminate.poll_recv(context).is_ready() | interrupt.poll_recv(context).is_ready();
            if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        }));
    }

    #[cfg(not(unix))]
    fn wait(self) {
        // Where there is nothing to listen to, whoever started it ends it.
        self.runtime.block_on(tokio::signal::ctrl_c()).ok();
    }
}
