#![allow(missing_docs, clippy::unwrap_used)]
fn main() {
    let n = |name: &str, d: usize| std::env::var(name).ok().and_then(|s| s.parse().ok()).unwrap_or(d);
    let o = fatoura::bench::BenchOptions {
        folder: "/tmp".into(),
        postgres: std::env::var("PGB").ok(),
        payments: n("N", 20000),
        grow: n("GROW", 0),
    };
    fatoura::bench::run(&o, &mut std::io::stdout()).unwrap();
}
