//! Enumerations that the service may add to.

/// An enumeration whose unknown values are kept as `Other`, so that a newer service's answer can still be read.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $(#[doc = $value_doc:literal] $value:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $(#[doc = $value_doc] $value,)*
            /// One that this version of the library does not know; empty where the service told none.
            Other(String),
        }

        impl $name {
            /// The name on the wire.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$value => $text,)*
                    Self::Other(name) => name,
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::Other(String::new())
            }
        }

        impl From<String> for $name {
            fn from(name: String) -> Self {
                match name.as_str() {
                    $($text => Self::$value,)*
                    _ => Self::Other(name),
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.name().to_owned()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

pub(super) use names;
