//! The times that a write sets: those of the moment at which it is taken up.

use super::Task;
use crate::expression::{Assignment, DocumentPath, UpdateAction};
use crate::moment::Moment;
use crate::operation::{MAX_ITEM_SIZE, TimeStamp, WriteOptions};
use crate::wire::WireError;

impl Task {
    /// Sets the times that are still to be set.
    pub(crate) fn set_times(&mut self, now: Moment) -> Result<(), WireError> {
        if let Self::TransactWrite { actions, .. } = self {
            return actions.iter_mut().try_for_each(|action| action.set_times(now));
        }
        let Some(stamps) = self.options_mut().map(|options| std::mem::take(&mut options.stamps)) else {
            return Ok(());
        };
        match self {
            Self::Put { item, size, .. } if !stamps.is_empty() => {
                let values: Vec<_> =
                    stamps.iter().map(|stamp| (&*stamp.attribute, stamp.unit.value(now))).collect();
                let values: Vec<_> = values.iter().map(|(name, value)| (*name, value)).collect();
                let (stamped, growth) = item.with_attributes(&values)?;
                let grown = (*size as usize).saturating_add_signed(growth);
                if grown > MAX_ITEM_SIZE {
                    let problem = format!(
                        "the item takes {grown} bytes with its times, where at most {MAX_ITEM_SIZE} (400 KB) are allowed"
                    );
                    return Err(WireError::new(problem));
                }
                (*item, *size) = (stamped, u32::try_from(grown).expect("an item has at most 400 KB"));
            }
            Self::Update { update, .. } => {
                for TimeStamp { attribute, unit, keep } in stamps {
                    let path = DocumentPath::attribute(attribute);
                    let value = Assignment::Value(unit.value(now));
                    let value =
                        if keep { Assignment::IfNotExists(path.clone(), Box::new(value)) } else { value };
                    update.actions.push(UpdateAction::Set(path, value));
                }
            }
            _ => {}
        }
        // With nothing else asked, the write is a plain one again.
        if let Self::Put { options, .. } | Self::Delete { options, .. } | Self::Update { options, .. } = self
        {
            options.take_if(|options| **options == WriteOptions::default());
        }
        Ok(())
    }
}
