//! The customers of the demo.

use super::Location;

/// The first one, whom `--once` asks for.
pub(crate) const RACHEL: Customer =
    Customer { id: 123, name: "Rachel's Floral Designs", location: Location { x: 115, y: 277 } };

/// Everybody who may ask for a ride.
pub(crate) const CUSTOMERS: [Customer; 4] = [
    RACHEL,
    Customer { id: 392, name: "Trom Chocolatier", location: Location { x: 577, y: 322 } },
    Customer { id: 567, name: "Amazing Coffee Roasters", location: Location { x: 211, y: 653 } },
    Customer { id: 731, name: "Japanese Desserts", location: Location { x: 728, y: 326 } },
];

/// Who asks for a ride, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Customer {
    pub(crate) id: u32,
    pub(crate) name: &'static str,
    pub(crate) location: Location,
}

// === impl Customer ===

impl Customer {
    pub(crate) fn find(id: u32) -> Option<Self> {
        CUSTOMERS.into_iter().find(|customer| customer.id == id)
    }
}
