//! The billers that the sandbox plays, with contracts to try.

/// How much of what is due may be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountRule {
    /// Each article's amount as fetched.
    Exact,
    /// What is due or more.
    ExactOrMore,
    /// Part of what is due.
    ExactOrLess,
    /// Any amount above zero.
    Any,
    /// Between two bounds, in steps; centimes.
    Range {
        /// Least amount, inclusive.
        min: i64,
        /// Greatest amount, inclusive.
        max: i64,
        /// Step from zero.
        step: i64,
    },
}

/// One unpaid line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeedArticle {
    /// Identifier, unique for the contract.
    pub id: &'static str,
    /// FATOURATI's number: 0 receivable, 1 fee, 2 mandatory, 3 stamp duty.
    pub kind: u8,
    /// What the biller calls it.
    pub description: &'static str,
    /// Centimes due.
    pub minor: i64,
    /// Date of the invoice, `YYYY-MM-DD`.
    pub date: &'static str,
}

/// A customer's contract; no articles means that nothing is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeedContract {
    /// What the customer types.
    pub contract: &'static str,
    /// What is due at first.
    pub articles: &'static [SeedArticle],
}

/// A receivable type of a biller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeedType {
    /// Two digits.
    pub code: &'static str,
    /// Its name, for the dashboard.
    pub name: &'static str,
    /// The amount rule that the biller checks.
    pub rule: AmountRule,
    /// Whether bills can be looked up; without it any contract can be paid for.
    pub fetch: bool,
    /// Contracts to try.
    pub contracts: &'static [SeedContract],
}

/// A biller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeedBiller {
    /// 4-digit code.
    pub code: u16,
    /// Its name, for the dashboard.
    pub name: &'static str,
    /// `json_rest`, `fatourati_soap` or `flat_file`.
    pub protocol: &'static str,
    /// Its receivable types.
    pub types: &'static [SeedType],
}

const fn line(id: &'static str, kind: u8, description: &'static str, minor: i64, date: &'static str) -> SeedArticle {
    SeedArticle { id, kind, description, minor, date }
}

const fn owes(contract: &'static str, articles: &'static [SeedArticle]) -> SeedContract {
    SeedContract { contract, articles }
}

const fn due(code: &'static str, name: &'static str, rule: AmountRule, contracts: &'static [SeedContract]) -> SeedType {
    SeedType { code, name, rule, fetch: true, contracts }
}

const BILLERS: &[SeedBiller] = &[
    SeedBiller {
        code: 1001,
        name: "Électricité et Eau de Casablanca",
        protocol: "json_rest",
        types: &[
            due(
                "01",
                "Électricité",
                AmountRule::Exact,
                &[
                    owes(
                        "12345678",
                        &[
                            line("E-2608", 0, "Électricité août 2026", 21_450, "2026-08-31"),
                            line("E-2609", 0, "Électricité septembre 2026", 19_875, "2026-09-30"),
                            line("E-2610", 0, "Électricité octobre 2026", 18_030, "2026-10-31"),
                            line("E-RET", 2, "Frais de relance", 1_500, "2026-11-05"),
                        ],
                    ),
                    owes("11111111", &[line("E-2610", 0, "Électricité octobre 2026", 16_800, "2026-10-31")]),
                    owes("22222222", &[]),
                ],
            ),
            due(
                "02",
                "Eau",
                AmountRule::Exact,
                &[
                    owes(
                        "12345678",
                        &[
                            line("W-2609", 0, "Eau septembre 2026", 9_420, "2026-09-30"),
                            line("W-2610", 0, "Eau octobre 2026", 8_865, "2026-10-31"),
                            line("W-ASS", 2, "Redevance d'assainissement", 2_310, "2026-10-31"),
                        ],
                    ),
                    owes("11111111", &[line("W-2610", 0, "Eau octobre 2026", 16_800, "2026-10-31")]),
                    owes("22222222", &[]),
                ],
            ),
        ],
    },
    SeedBiller {
        code: 1002,
        name: "Régie Atlas Eau",
        protocol: "fatourati_soap",
        types: &[due(
            "01",
            "Eau",
            AmountRule::Exact,
            &[
                owes(
                    "1002001",
                    &[
                        line("100201", 0, "Consommation T2 2026", 14_220, "2026-06-30"),
                        line("100202", 0, "Consommation T3 2026", 15_675, "2026-09-30"),
                        line("100203", 1, "Frais de gestion", 350, "2026-09-30"),
                        line("100204", 2, "Redevance assainissement", 4_100, "2026-09-30"),
                    ],
                ),
                owes("1002002", &[line("100205", 0, "Consommation T3 2026", 12_016, "2026-09-30")]),
                owes("1002003", &[]),
            ],
        )],
    },
    SeedBiller {
        code: 1101,
        name: "Télécom Maghreb",
        protocol: "json_rest",
        types: &[
            due(
                "01",
                "Mobile post-payé",
                AmountRule::ExactOrMore,
                &[
                    owes("0612345678", &[line("T-2610", 0, "Facture octobre 2026", 25_000, "2026-10-31")]),
                    owes("0612345679", &[]),
                ],
            ),
            SeedType {
                code: "02",
                name: "Recharge",
                rule: AmountRule::Range { min: 1_000, max: 100_000, step: 1_000 },
                fetch: false,
                contracts: &[],
            },
        ],
    },
    SeedBiller {
        code: 1102,
        name: "Rif Mobile",
        protocol: "fatourati_soap",
        types: &[due(
            "01",
            "Facture à tempérament",
            AmountRule::ExactOrLess,
            &[owes("1102001", &[line("110201", 0, "Facture smartphone", 53_816, "2026-10-15")]), owes("1102003", &[])],
        )],
    },
    SeedBiller {
        code: 1201,
        name: "Trésorerie des Taxes Locales",
        protocol: "json_rest",
        types: &[
            due(
                "01",
                "Taxe d'habitation",
                AmountRule::Exact,
                &[
                    owes(
                        "TAX-2026-001",
                        &[
                            line("H-2026", 0, "Taxe d'habitation 2026", 124_000, "2026-06-01"),
                            line("H-TSC", 2, "Taxe de services communaux 2026", 31_000, "2026-06-01"),
                            line("H-TIM", 3, "Droit de timbre", 388, "2026-06-01"),
                        ],
                    ),
                    owes("TAX-2026-002", &[line("H-2026", 0, "Reliquat 2026", 200, "2026-06-01")]),
                    owes("TAX-2026-003", &[]),
                ],
            ),
            due(
                "02",
                "Vignette automobile",
                AmountRule::Exact,
                &[owes("VEH-1", &[line("V-2026", 0, "Taxe sur les véhicules 2026", 1_000_000, "2026-01-02")])],
            ),
        ],
    },
    SeedBiller {
        code: 1202,
        name: "Amendes routières",
        protocol: "flat_file",
        types: &[due(
            "01",
            "Amende",
            AmountRule::Exact,
            &[owes("AM100001", &[line("AM-1", 0, "Excès de vitesse", 40_000, "2026-09-12")]), owes("AM100002", &[])],
        )],
    },
    SeedBiller {
        code: 1301,
        name: "Université Ibn Battouta",
        protocol: "flat_file",
        types: &[due(
            "01",
            "Frais de scolarité",
            AmountRule::ExactOrLess,
            &[
                owes("ET2026001", &[line("S1-1", 0, "Semestre 1, licence", 599_999, "2026-09-01")]),
                owes("ET2026002", &[line("S1-2", 0, "Semestre 1, master", 900_000, "2026-09-01")]),
                owes("ET2026003", &[]),
            ],
        )],
    },
    SeedBiller {
        code: 1302,
        name: "École Al Amal",
        protocol: "json_rest",
        types: &[due(
            "01",
            "Participation scolaire",
            AmountRule::Any,
            &[owes("EL-77", &[line("P-2610", 0, "Participation octobre 2026", 100, "2026-10-01")]), owes("EL-78", &[])],
        )],
    },
    SeedBiller {
        code: 1401,
        name: "Habitat Social",
        protocol: "json_rest",
        types: &[due(
            "01",
            "Loyer",
            AmountRule::Exact,
            &[
                owes(
                    "LOG-501",
                    &[
                        line("L-2609", 0, "Loyer septembre 2026", 250_000, "2026-09-01"),
                        line("L-2610", 0, "Loyer octobre 2026", 250_000, "2026-10-01"),
                        line("L-2611", 0, "Loyer novembre 2026", 250_000, "2026-11-01"),
                    ],
                ),
                owes("LOG-502", &[]),
            ],
        )],
    },
];

/// Every biller of the sandbox, by code.
pub fn billers() -> &'static [SeedBiller] {
    BILLERS
}

/// The biller of that code.
pub(crate) fn biller(code: u16) -> Option<&'static SeedBiller> {
    BILLERS.iter().find(|biller| biller.code == code)
}

impl SeedBiller {
    /// The receivable type of that code.
    pub(crate) fn receivable_type(&self, code: &str) -> Option<&'static SeedType> {
        self.types.iter().find(|kind| kind.code == code)
    }
}
