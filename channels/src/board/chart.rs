//! Bars as plain pictures: shapes with whole coordinates, without style or script. Each stands beside its figures.

/// Width of a minute in a curve, and of the whole of it.
const BAR: u64 = 6;
/// Height of a curve.
pub(super) const CURVE_HEIGHT: u64 = 44;
/// Width of a meter.
pub(super) const METER_WIDTH: u64 = 100;

/// A rectangle.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) x: u64,
    pub(super) y: u64,
    pub(super) width: u64,
    pub(super) height: u64,
}

/// A bar for each figure against the highest of all curves, the latest where reading ends. What is not nothing is seen.
pub(super) fn curve(figures: &[u64], highest: u64, is_rtl: bool) -> Vec<Bar> {
    let mut bars = Vec::new();
    for (at, figure) in (0_u64..).zip(figures).filter(|(_, figure)| **figure > 0) {
        let height = (figure * CURVE_HEIGHT).div_ceil(highest.max(1)).min(CURVE_HEIGHT);
        let place = if is_rtl { curve_width(figures.len()) / BAR - 1 - at } else { at };
        bars.push(Bar { x: place * BAR, y: CURVE_HEIGHT - height, width: BAR - 1, height });
    }
    bars
}

/// The width of a curve of so many figures.
pub(super) fn curve_width(figures: usize) -> u64 {
    u64::try_from(figures).unwrap_or(0) * BAR
}

/// The filled part of a meter: where it begins, and its width.
pub(super) fn meter(per_mille: u64, is_rtl: bool) -> (u64, u64) {
    let width = (per_mille.min(1_000) * METER_WIDTH) / 1_000;
    (if is_rtl { METER_WIDTH - width } else { 0 }, width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_curve_reads_from_the_side_on_which_the_language_begins() {
        let figures = [1, 0, 100];
        let bar = |x, height| Bar { x, y: CURVE_HEIGHT - height, width: 5, height };
        assert_eq!(curve(&figures, 100, false), [bar(0, 1), bar(12, CURVE_HEIGHT)]);
        assert_eq!(curve(&figures, 100, true), [bar(12, 1), bar(0, CURVE_HEIGHT)]);
        assert_eq!(curve(&[0, 0], 0, false), []);
    }

    #[rstest]
    #[case(0, false, (0, 0))]
    #[case(999, false, (0, 99))]
    #[case(1_000, false, (0, 100))]
    #[case(250, true, (75, 25))]
    fn meters(#[case] per_mille: u64, #[case] is_rtl: bool, #[case] expected: (u64, u64)) {
        assert_eq!(meter(per_mille, is_rtl), expected);
    }
}
