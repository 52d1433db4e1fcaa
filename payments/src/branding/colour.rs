//! Colours, and whether texts can be read on them: WCAG 2.2, success criterion 1.4.3, in whole numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A colour in sRGB; `#rrggbb` as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Colour(pub [u8; 3]);

/// Not `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is # and six hexadecimal digits")]
pub struct NotAColour;

/// Paper.
pub const WHITE: Colour = Colour([0xff; 3]);
/// What texts are written with.
pub const INK: Colour = Colour([0x10, 0x23, 0x1f]);
/// The ground of pages, behind sheets of paper.
const GROUND: Colour = Colour([0xf4, 0xf7, 0xf5]);

/// Relative luminance counts in parts of this.
const ONE: u64 = 10_000_000_000;

/// Each channel's value without its gamma, in millionths (WCAG's formula, rounded).
const LINEAR: [u32; 256] = [
    0, 304, 607, 911, 1_214, 1_518, 1_821, 2_125, 2_428, 2_732, 3_035, 3_347, 3_677, 4_025, 4_391, 4_777, 5_182, 5_605,
    6_049, 6_512, 6_995, 7_499, 8_023, 8_568, 9_134, 9_721, 10_330, 10_960, 11_612, 12_286, 12_983, 13_702, 14_444,
    15_209, 15_996, 16_807, 17_642, 18_500, 19_382, 20_289, 21_219, 22_174, 23_153, 24_158, 25_187, 26_241, 27_321,
    28_426, 29_557, 30_713, 31_896, 33_105, 34_340, 35_601, 36_889, 38_204, 39_546, 40_915, 42_311, 43_735, 45_186,
    46_665, 48_172, 49_707, 51_269, 52_861, 54_480, 56_128, 57_805, 59_511, 61_246, 63_010, 64_803, 66_626, 68_478,
    70_360, 72_272, 74_214, 76_185, 78_187, 80_220, 82_283, 84_376, 86_500, 88_656, 90_842, 93_059, 95_307, 97_587,
    99_899, 102_242, 104_616, 107_023, 109_462, 111_932, 114_435, 116_971, 119_538, 122_139, 124_772, 127_438, 130_136,
    132_868, 135_633, 138_432, 141_263, 144_128, 147_027, 149_960, 152_926, 155_926, 158_961, 162_029, 165_132,
    168_269, 171_441, 174_647, 177_888, 181_164, 184_475, 187_821, 191_202, 194_618, 198_069, 201_556, 205_079,
    208_637, 212_231, 215_861, 219_526, 223_228, 226_966, 230_740, 234_551, 238_398, 242_281, 246_201, 250_158,
    254_152, 258_183, 262_251, 266_356, 270_498, 274_677, 278_894, 283_149, 287_441, 291_771, 296_138, 300_544,
    304_987, 309_469, 313_989, 318_547, 323_143, 327_778, 332_452, 337_164, 341_914, 346_704, 351_533, 356_400,
    361_307, 366_253, 371_238, 376_262, 381_326, 386_429, 391_572, 396_755, 401_978, 407_240, 412_543, 417_885,
    423_268, 428_690, 434_154, 439_657, 445_201, 450_786, 456_411, 462_077, 467_784, 473_531, 479_320, 485_150,
    491_021, 496_933, 502_886, 508_881, 514_918, 520_996, 527_115, 533_276, 539_479, 545_724, 552_011, 558_340,
    564_712, 571_125, 577_580, 584_078, 590_619, 597_202, 603_827, 610_496, 617_207, 623_960, 630_757, 637_597,
    644_480, 651_406, 658_375, 665_387, 672_443, 679_542, 686_685, 693_872, 701_102, 708_376, 715_694, 723_055,
    730_461, 737_910, 745_404, 752_942, 760_525, 768_151, 775_822, 783_538, 791_298, 799_103, 806_952, 814_847,
    822_786, 830_770, 838_799, 846_873, 854_993, 863_157, 871_367, 879_622, 887_923, 896_269, 904_661, 913_099,
    921_582, 930_111, 938_686, 947_307, 955_973, 964_686, 973_445, 982_251, 991_102, 1_000_000,
];

impl Colour {
    /// Relative luminance, in parts of [`ONE`].
    fn luminance(self) -> u64 {
        let [red, green, blue] = self.0.map(|channel| u64::from(LINEAR[usize::from(channel)]));
        2_126 * red + 7_152 * green + 722 * blue
    }

    /// The contrast ratio to another colour, in hundredths, rounded down: 2100 between black and white.
    pub fn contrast(self, other: Self) -> u64 {
        let (one, two) = (self.luminance() + ONE / 20, other.luminance() + ONE / 20);
        100 * one.max(two) / one.min(two)
    }

    /// Whether texts of one on the other can be read: 4.5 to 1 or more.
    pub fn is_legible_on(self, other: Self) -> bool {
        self.contrast(other) >= 450
    }

    /// Paper's or ink's colour, whichever is read better on this as a ground; `None` if neither is read well enough.
    pub fn text_on(self) -> Option<Self> {
        let best = if self.contrast(WHITE) >= self.contrast(INK) { WHITE } else { INK };
        best.is_legible_on(self).then_some(best)
    }

    /// The colour with so many 255ths of another one in it.
    pub fn mixed(self, other: Self, parts: u8) -> Self {
        let parts = u16::from(parts);
        let mix = |at: usize| {
            let sum = u16::from(self.0[at]) * (255 - parts) + u16::from(other.0[at]) * parts;
            u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
        };
        Self([mix(0), mix(1), mix(2)])
    }

    /// The same, so light that it can lie behind texts.
    pub fn wash(self) -> Self {
        self.mixed(WHITE, 230)
    }

    /// Whether a text can be written on it.
    fn is_ground(self) -> bool {
        self.text_on().is_some()
    }

    /// Whether texts of it can be read on everything that lies under links and buttons.
    fn is_ink(self) -> bool {
        [WHITE, GROUND, self.wash()].into_iter().all(|ground| self.is_legible_on(ground))
    }

    /// Whether it does as the ground of a page's head; `Err` is the nearest colour that would.
    pub fn check_ground(self) -> Result<(), Self> {
        if self.is_ground() { Ok(()) } else { Err(self.nearest(Self::is_ground)) }
    }

    /// Whether it does for links and buttons; `Err` is the nearest colour that would.
    pub fn check_ink(self) -> Result<(), Self> {
        if self.is_ink() { Ok(()) } else { Err(self.nearest(Self::is_ink)) }
    }

    /// The least darkened or lightened one that does.
    fn nearest(self, does: impl Fn(Self) -> bool) -> Self {
        let towards = |parts| [self.mixed(Self([0; 3]), parts), self.mixed(WHITE, parts)];
        (0..=u8::MAX).flat_map(towards).find(|colour| does(*colour)).unwrap_or(INK)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = NotAColour;

    fn from_str(text: &str) -> Result<Self, NotAColour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(NotAColour)?;
        let bytes = hex::decode(digits).map_err(|_| NotAColour)?;
        bytes.try_into().map(Self).map_err(|_| NotAColour)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl TryFrom<String> for Colour {
    type Error = NotAColour;

    fn try_from(text: String) -> Result<Self, NotAColour> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn of(text: &str) -> Colour {
        text.parse().unwrap()
    }

    /// Ratios as the usual calculators give them, cut to hundredths.
    #[rstest]
    #[case("#000000", "#ffffff", 2100)]
    #[case("#ffffff", "#ffffff", 100)]
    #[case("#777777", "#ffffff", 447)]
    #[case("#767676", "#ffffff", 454)]
    #[case("#ff0000", "#ffffff", 399)]
    #[case("#0000ff", "#ffffff", 859)]
    #[case("#00ff00", "#ffffff", 137)]
    #[case("#0b5d4e", "#ffffff", 780)]
    #[case("#ffff00", "#000000", 1955)]
    fn contrast(#[case] one: &str, #[case] other: &str, #[case] expected: u64) {
        assert_eq!(of(one).contrast(of(other)), expected);
        assert_eq!(of(other).contrast(of(one)), expected);
    }

    #[rstest]
    #[case("#083f36", Some(WHITE))]
    #[case("#ffcc00", Some(INK))]
    #[case("#ffffff", Some(INK))]
    #[case("#000000", Some(WHITE))]
    #[case("#7c7c7c", None)]
    fn texts_on_grounds(#[case] ground: &str, #[case] text: Option<Colour>) {
        assert_eq!(of(ground).text_on(), text);
    }

    #[rstest]
    #[case("#083f36", Ok(()))]
    #[case("#7c7c7c", Err("#767676"))]
    fn grounds(#[case] colour: &str, #[case] expected: Result<(), &str>) {
        assert_eq!(of(colour).check_ground(), expected.map_err(of));
    }

    #[rstest]
    #[case("#0b5d4e", Ok(()))]
    #[case("#ffcc00", Err("#856a00"))]
    #[case("#ffffff", Err("#6e6e6e"))]
    fn inks(#[case] colour: &str, #[case] expected: Result<(), &str>) {
        assert_eq!(of(colour).check_ink(), expected.map_err(of));
    }

    #[rstest]
    #[case("")]
    #[case("0b5d4e")]
    #[case("#0b5d4")]
    #[case("#0b5d4e;")]
    #[case("#é5d4e")]
    #[case("red")]
    fn no_colours(#[case] text: &str) {
        assert_eq!(text.parse::<Colour>(), Err(NotAColour));
    }

    proptest! {
        #[test]
        fn what_is_named_instead_does(channels: [u8; 3]) {
            let colour = Colour(channels);
            prop_assert_eq!(colour.to_string().parse(), Ok(colour));
            if let Err(nearest) = colour.check_ground() {
                prop_assert_eq!(nearest.check_ground(), Ok(()));
            }
            if let Err(nearest) = colour.check_ink() {
                prop_assert_eq!(nearest.check_ink(), Ok(()));
            }
            prop_assert!(!colour.is_ink() || WHITE.is_legible_on(colour));
        }
    }
}
