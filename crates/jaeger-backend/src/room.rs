//! Bytes that are held at once: what clients send, and what they are slow to read.

use tokio::sync::{Semaphore, SemaphorePermit};

const UNIT_BYTES: usize = 1024;

/// So many bytes, in all backends of the program.
#[derive(Debug)]
pub(crate) struct Room {
    free: Semaphore,
    units: usize,
}

/// A part of a room, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    room: &'static Room,
    taken: Option<SemaphorePermit<'static>>,
}

/// Others hold so much that there is no room.
#[derive(Debug)]
pub(crate) struct NoRoom;

// === impl Room ===

impl Room {
    pub(crate) const fn new(mib: usize) -> Self {
        let units = mib * 1024 * 1024 / UNIT_BYTES;
        Self { free: Semaphore::const_new(units), units }
    }

    /// An empty part.
    pub(crate) const fn share(&'static self) -> Share {
        Share { room: self, taken: None }
    }
}

// === impl Share ===

impl Share {
    /// Takes room for so many bytes in all; what is larger than the room needs all of it.
    pub(crate) fn grow_to(&mut self, bytes: usize) -> Result<(), NoRoom> {
        let has = self.taken.as_ref().map_or(0, SemaphorePermit::num_permits);
        let needed = bytes.div_ceil(UNIT_BYTES).min(self.room.units).saturating_sub(has);
        let more = self.room.free.try_acquire_many(u32::try_from(needed).unwrap_or(u32::MAX));
        let more = more.map_err(|_| NoRoom)?;
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_holds_the_other_lacks() {
        static ROOM: Room = Room::new(1);
        let (mut one, mut other) = (ROOM.share(), ROOM.share());
        one.grow_to(700_000).unwrap();
        one.grow_to(900_000).unwrap();
        other.grow_to(200_000).unwrap_err();
        other.grow_to(100_000).unwrap();
        drop(one);
        other.grow_to(1_000_000).unwrap();
        ROOM.share().grow_to(100_000).unwrap_err();
        drop(other);
        ROOM.share().grow_to(10_000_000).unwrap();
    }
}
