//! Making a `Db`: the same on every driver.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use crate::backend::Backend;
use crate::capacity::Declared;
use crate::client::{Client, Settings, Shared, TableNames};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::observer::Observer;
use crate::retry_budget::RetryBudget;
use crate::table::{Description, Table};
use crate::view::{ErasedView, View};

/// A driver's `Db`, which a [`Builder`] makes.
pub trait Connect: Sized {
    /// Makes the `Db`, without reaching for the network.
    ///
    /// # Errors
    /// When something is missing or does not fit together.
    fn connect(configuration: Configuration) -> Result<Self, Error>;
}

/// What a `Db` is made from.
#[derive(Default)]
#[non_exhaustive]
pub struct Configuration {
    /// The AWS region.
    pub region: Option<String>,
    /// The service's URL, where it is not the region's.
    pub endpoint: Option<String>,
    /// What requests are signed with.
    pub credentials: Option<Credentials>,
    /// What answers requests in place of an endpoint.
    pub backend: Option<Arc<dyn Backend>>,
    /// How runs go about their work.
    pub settings: Settings,
    /// Where the session's name and all jitter come from; random where it is not given.
    pub seed: Option<u64>,
    names: TableNames,
    tables: Vec<&'static Description>,
    views: Vec<Arc<dyn ErasedView>>,
    observers: Vec<Arc<dyn Observer>>,
}

impl Configuration {
    /// Fills region, endpoint and credentials that were not given from the environment variables that AWS's own tools
    /// read: `AWS_REGION`, `AWS_DEFAULT_REGION`, `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`. The driver passes in how a variable is read.
    #[must_use]
    pub fn or_from_environment(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        let first =
            |names: &[&str]| names.iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
        self.region = self.region.or_else(|| first(&["AWS_REGION", "AWS_DEFAULT_REGION"]));
        self.endpoint = self.endpoint.or_else(|| first(&["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"]));
        self.credentials = self.credentials.or_else(|| {
            Some(Credentials {
                access_key_id: first(&["AWS_ACCESS_KEY_ID"])?,
                secret_access_key: first(&["AWS_SECRET_ACCESS_KEY"])?,
                session_token: first(&["AWS_SESSION_TOKEN"]),
            })
        });
        self
    }

    /// The pure half of the `Db`. `entropy` draws a random number that no other `Db` has got; it is asked where no seed
    /// was given.
    ///
    /// # Errors
    /// When tables and views do not fit together, or no random number is to be had.
    pub fn into_client<E: fmt::Display>(
        self,
        entropy: impl FnOnce() -> Result<u64, E>,
    ) -> Result<Arc<Client>, Error> {
        self.tell_observers();
        let Self { settings, names, tables, views, observers, seed, backend, .. } = self;
        settings.check()?;
        for (index, view) in views.iter().enumerate() {
            let (id, target) = (view.id(), &view.target().name);
            if views[..index].iter().any(|other| other.id() == id) {
                return Err(Error::configuration(format!("two views have the ID `{id}`")));
            }
            if !view.source().views.iter().any(|declared| declared == id) {
                return Err(Error::configuration(format!(
                    "table `{source}` does not declare the view `{id}`; add `views(\"{id}\")` to its #[table(..)], so \
                     that no process writes to it without the view",
                    source = view.source().name,
                )));
            }
            if view.target_is_made() {
                return Err(Error::configuration(format!(
                    "view `{id}` writes to table `{target}`, whose keys are made from templates or which holds several \
                     types; a view's target has plain keys and a table of its own"
                )));
            }
            if views.iter().any(|other| other.source().name == *target) {
                return Err(Error::configuration(format!(
                    "view `{id}` writes to table `{target}`, which is the source of another view; views of views are \
                     not supported yet"
                )));
            }
            if views[..index].iter().any(|other| other.target().name == *target) {
                return Err(Error::configuration(format!("two views write to table `{target}`")));
            }
        }
        let session = seed.map_or_else(entropy, Ok).map_err(|error| {
            Error::configuration(format!(
                "the operating system has no random numbers: {error}; give the builder a `seed`"
            ))
        })?;
        let retry_budget = RetryBudget::new(settings.retry_budget);
        // What a backend without limits declares is not kept to, or tests would wait for nothing.
        let declared = match &backend {
            Some(backend) if !backend.limits_throughput() => Declared::Noted,
            _ => Declared::Binding,
        };
        let shared = Mutex::new(Shared::new(declared));
        let client = Client { settings, names, views, session, observers, retry_budget, shared };
        for table in tables {
            client.check_views(table)?;
        }
        Ok(Arc::new(client))
    }

    /// Tells the observers where calls go; what is wrong with that is told by who makes the connections.
    fn tell_observers(&self) {
        #[cfg(feature = "sigv4")]
        if self.backend.is_none()
            && let Some((host, port)) = crate::http::server(self.endpoint.as_deref(), self.region.as_deref())
        {
            self.observers.iter().for_each(|observer| observer.attached(&host, port));
        }
    }
}

/// Makes a `Db`.
///
/// Region, endpoint and credentials that are not given come from the environment, as for AWS's own tools.
#[must_use = "a builder does nothing until `build` is called"]
pub struct Builder<D> {
    configuration: Configuration,
    of: PhantomData<fn() -> D>,
}

impl<D> Default for Builder<D> {
    fn default() -> Self {
        Self { configuration: Configuration::default(), of: PhantomData }
    }
}

impl<D: Connect> Builder<D> {
    /// A builder with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The AWS region, as in `eu-west-1`.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.configuration.region = Some(region.into());
        self
    }

    /// The service's URL, for servers other than the region's own: `http://127.0.0.1:8000`.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.configuration.endpoint = Some(url.into());
        self
    }

    /// What requests are signed with.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.configuration.credentials = Some(credentials);
        self
    }

    /// Answers requests by this backend, in place of an endpoint.
    pub fn backend(mut self, backend: impl Backend) -> Self {
        self.configuration.backend = Some(Arc::new(backend));
        self
    }

    /// Registers a table, so that `build` checks that all its views are registered too.
    pub fn table<T: Table>(mut self) -> Self {
        self.configuration.tables.push(T::DESCRIPTION);
        self
    }

    /// Registers a view, which every write to its source then keeps in step.
    pub fn view<V: View>(mut self, view: V) -> Self {
        self.configuration.views.push(Arc::new(view));
        self
    }

    /// Puts a prefix before the name of every table, for an environment of its own.
    pub fn table_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.configuration.names.prefix = prefix.into();
        self
    }

    /// Gives one table another name in the service, without the prefix.
    pub fn table_name<T: Table>(mut self, name: impl Into<String>) -> Self {
        self.configuration.names.overrides.insert(T::DESCRIPTION.name.clone().into_owned(), name.into());
        self
    }

    /// Changes how runs go about their work: `builder.settings(|settings| settings.attempts = 3)`.
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.configuration.settings);
        self
    }

    /// Takes all jitter, and the session's name, from this seed, for tests that are to go the same way each time. Tokens
    /// and versions are made of it too: of two clients of one database with one seed, be it one after the other, the second
    /// one's writes under tokens are taken for the first one's, and end well without being applied.
    pub fn seed(mut self, seed: u64) -> Self {
        self.configuration.seed = Some(seed);
        self
    }

    /// Registers what sees every event of every run; several see them in the order in which they were registered.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.configuration.observers.push(Arc::new(observer));
        self
    }

    /// Makes the `Db`. It does not reach for the network yet.
    ///
    /// # Errors
    /// When something is missing or does not fit together; the error says what to do about it.
    pub fn build(self) -> Result<D, Error> {
        D::connect(self.configuration)
    }
}

impl<D> fmt::Debug for Builder<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.configuration.fmt(f)
    }
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration")
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .field("credentials", &self.credentials)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
