//! Readers that go through a message step by step, and have records ready or not after each.

use std::collections::VecDeque;

use super::fault::ReadError;

/// A reader of one message.
pub(super) trait Stepping {
    /// What it reads.
    type Record;

    /// What is read and was not taken yet.
    fn ready(&mut self) -> &mut VecDeque<Result<Self::Record, ReadError>>;

    /// Goes on from where it stands; `None` at the end.
    fn step(&mut self) -> Option<Result<(), ReadError>>;

    /// Nothing follows.
    fn stop(&mut self);

    /// The next record; `None` after the end of the file. Nothing follows an error of a step.
    fn next_record(&mut self) -> Option<Result<Self::Record, ReadError>> {
        loop {
            if let Some(ready) = self.ready().pop_front() {
                return Some(ready);
            }
            if let Err(error) = self.step()? {
                self.stop();
                self.ready().push_back(Err(error));
            }
        }
    }
}
