//! One program for all targets: `FUZZ_TARGET` names the property.

#![no_main]

use std::sync::OnceLock;

use dynochemy_fuzz::{PROPERTIES, Property};

static PROPERTY: OnceLock<Property> = OnceLock::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let property = PROPERTY.get_or_init(|| {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        let found = PROPERTIES.iter().find(|(known, _)| *known == name);
        found
            .unwrap_or_else(|| {
                panic!("FUZZ_TARGET is `{name}`, and must be one of {:?}", PROPERTIES.map(|(name, _)| name))
            })
            .1
    });
    property(data);
});
