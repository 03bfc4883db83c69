//! The program `dynochemy-local`: its arguments, what it says, and how it ends.

use std::ffi::OsString;
use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;

use dynochemy_core::Credentials;

use super::lines::Lines;
use super::{Server, ServerOptions};
use crate::{Durability, SqlBackend, Throughput};

/// What `--help` says.
const HELP: &str = "\
DynamoDB on this machine, for any AWS SDK: tables live in memory, or in a file.

usage: dynochemy-local [OPTION..]

  --port PORT              answers there; 0 takes a free port                        [8000]
  --host ADDRESS           answers there; 0.0.0.0 lets other machines in too         [127.0.0.1]
  --db FILE                keeps the tables in a file, which is made if need be      [in memory]
  --durability full        an answered write survives a loss of power                [this one]
  --durability normal      it survives the end of the program; many times faster
  --throughput off         answers as fast as it can                                 [this one]
  --throughput declared    throttles tables as their declared capacity has it; at first
                           they have saved up what they would have in five minutes
  --access-key ID          answers only calls that are signed with this access key,
  --secret-key SECRET      and its secret; both, or none                             [any will do]
                           DYNOCHEMY_SECRET_KEY in the environment is hidden from others
  --log                    a line on standard error for each request: time, method, action,
                           status, code of the error, duration, bytes answered, request id
  --help                   says this
  --version                says which version this is

Point a client at it, with any region and any credentials (but some); for boto3:

    boto3.resource(\"dynamodb\", endpoint_url=\"http://127.0.0.1:8000\", region_name=\"us-east-1\",
                   aws_access_key_id=\"any\", aws_secret_access_key=\"any\")

Resource names have the region local and the account 000000000000. Once it answers, it prints
its URL. Ctrl-C, SIGTERM or SIGHUP stops it, after the calls under way.
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
    /// What a write to the file survives.
    durability: Durability,
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
            durability: Durability::default(),
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
    /// Reads the arguments, without the program's name; a secret key that is not among them may be in the environment.
    ///
    /// # Errors
    /// When there is an unknown option, or a value that is missing or wrong.
    fn read(
        arguments: impl IntoIterator<Item = OsString>,
        secret_in_environment: Option<String>,
    ) -> Result<Self, UsageError> {
        let mut read = Arguments::default();
        let (mut access_key, mut secret_key, mut durability) = (None, None, None);
        let mut arguments = arguments.into_iter().map(text);
        while let Some(argument) = arguments.next() {
            let argument = argument?;
            let (option, value) = match argument.split_once('=') {
                Some((option, value)) if option.starts_with("--") => (option, Some(value.to_owned())),
                _ => (argument.as_str(), None),
            };
            let mut value = || {
                let value = value.clone().map(Ok).or_else(|| arguments.next()).transpose()?;
                // What a variable should have held is often empty.
                value.filter(|value| !value.is_empty()).ok_or(UsageError(format!("{option} needs a value")))
            };
            match option {
                "--help" | "-h" => return Ok(Self::Help),
                "--version" | "-V" => return Ok(Self::Version),
                "--port" => read.port = port(&value()?)?,
                "--host" => read.host = value()?,
                "--db" => read.file = Some(file(value()?)?),
                "--durability" => durability = Some(self::durability(&value()?)?),
                "--throughput" => read.throughput = throughput(&value()?)?,
                "--access-key" => access_key = Some(value()?),
                "--secret-key" => secret_key = Some(value()?),
                "--log" if !argument.contains('=') => read.log = Log::Lines,
                _ => return Err(UsageError(format!("there is no option {argument}"))),
            }
        }
        if durability.is_some() && read.file.is_none() {
            return Err(UsageError("--durability is that of a file, and needs a --db".to_owned()));
        }
        read.durability = durability.unwrap_or_default();
        if access_key.is_some() {
            secret_key = secret_key.or(secret_in_environment.filter(|secret| !secret.is_empty()));
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

fn file(text: String) -> Result<PathBuf, UsageError> {
    match text.as_str() {
        ":memory:" => Err(UsageError("--db takes a file; tables live in memory without it".to_owned())),
        _ => Ok(text.into()),
    }
}

fn durability(text: &str) -> Result<Durability, UsageError> {
    match text {
        "full" => Ok(Durability::Full),
        "normal" => Ok(Durability::Normal),
        _ => Err(UsageError(format!("--durability is full or normal, not {text}"))),
    }
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
    let secret = std::env::var("DYNOCHEMY_SECRET_KEY").ok();
    match Command::read(arguments, secret).map_err(|error| error.to_string())? {
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
    let Arguments { port, host, file, durability, throughput, credentials, log } = arguments;
    let backend = match &file {
        None => SqlBackend::in_memory().map_err(|error| error.to_string())?,
        Some(file) => SqlBackend::options()
            .durability(durability)
            .open(file)
            .map_err(|error| format!("{}: {error}", file.display()))?,
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
    signals: [tokio::signal::unix::Signal; 3],
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let entered = runtime.enter();
        let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
        let [terminate, interrupt, hang_up] = kinds.map(signal);
        drop(entered);
        Ok(Self { runtime, signals: [terminate?, interrupt?, hang_up?] })
    }

    #[cfg(not(unix))]
    fn listen() -> std::io::Result<Self> {
        Ok(Self { runtime: tokio::runtime::Builder::new_current_thread().enable_io().build()? })
    }

    #[cfg(unix)]
    fn wait(self) {
        let Self { runtime, mut signals } = self;
        runtime.block_on(std::future::poll_fn(|context| {
            let any = signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if any { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        }));
    }

    #[cfg(not(unix))]
    fn wait(self) {
        // Where there is nothing to listen to, whoever started it ends it.
        self.runtime.block_on(tokio::signal::ctrl_c()).ok();
    }
}
