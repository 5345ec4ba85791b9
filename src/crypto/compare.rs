//! Comparison of secrets in constant time.

/// Takes the same time wherever the two differ; only a difference in length shows.
#[must_use]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}
