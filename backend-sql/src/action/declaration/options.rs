//! What is declared of a table without any effect on its items: streams, encryption, class.
//!
//! See [StreamSpecification](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html),
//! [SSESpecification](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSESpecification.html) and
//! [table classes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.TableClasses.html).

use dynochemy_core::Rejection;
use dynochemy_core::api::{SseSpecification, SseType, StreamSpecification, TableClass};

use crate::failure::{constraint, invalid, validation};

/// What a stream's records hold is said where there is one, and only there; the problems are those that the service tells.
pub(crate) fn check_stream(
    wanted: Option<&StreamSpecification>,
    required: &str,
    unwanted: &str,
) -> Result<(), Box<Rejection>> {
    let Some(wanted) = wanted else { return Ok(()) };
    match (&wanted.stream_view_type, wanted.stream_enabled) {
        (Some(dynochemy_core::api::StreamViewType::Other(name)), _) => Err(constraint(
            name,
            "streamSpecification.streamViewType",
            "satisfy enum value set: [NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY]",
        )),
        (None, true) => Err(invalid(required)),
        (Some(_), false) => Err(invalid(unwanted)),
        _ => Ok(()),
    }
}

pub(crate) fn check_class(class: Option<&TableClass>) -> Result<(), Box<Rejection>> {
    match class {
        Some(TableClass::Other(_)) => Err(validation(
            "Invalid table-class parameter provided. Please try again with a valid table-class value: [STANDARD, \
             STANDARD_INFREQUENT_ACCESS].",
        )),
        _ => Ok(()),
    }
}

/// How a table is to be encrypted.
pub(crate) fn check_encryption(wanted: Option<&SseSpecification>) -> Result<(), Box<Rejection>> {
    let Some(SseSpecification { enabled, sse_type, kms_master_key_id }) = wanted else { return Ok(()) };
    let problem = match (enabled.unwrap_or(false), sse_type, kms_master_key_id) {
        (_, Some(SseType::Other(name)), _) => {
            let wanted = "satisfy enum value set: [AES256, KMS]";
            return Err(constraint(name, "sSESpecification.sSEType", wanted));
        }
        (false, Some(_), _) if *enabled == Some(false) => "SSEType can not be specified if Enabled is false",
        (false, _, Some(_)) if *enabled == Some(false) => {
            "KMSMasterKeyId can not be specified if Enabled is false"
        }
        (_, Some(SseType::Aes256), _) => "SSEType AES256 is not supported",
        (_, None, Some(_)) => "SSEType KMS is required if KMSMasterKeyId is specified",
        _ => return Ok(()),
    };
    Err(invalid(problem))
}
