//! Reading providers' files.
