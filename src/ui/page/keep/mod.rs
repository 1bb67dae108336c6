//! Keeping: the passphrase, the recovery kit, and changing the passphrase.

mod change;
mod kit;
mod passphrase;
mod set_up;

pub use change::Change;
pub use kit::KitPage;
pub use set_up::SetUp;
