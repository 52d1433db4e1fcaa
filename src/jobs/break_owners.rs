//! Breaks that nobody follows up, given to whom the configuration names for their source. Those of a source without a name
//! wait for a person, and the job is late with them.

use chrono::{DateTime, Utc};
use ledger::{Actor, BreakSource, Reader};
use staff::Permission;
use staff::admin::Member;

use super::job::{Run, Since};
use super::report::{JobFailure, JobReport, JobResult};

/// Breaks given in one write: it is held for some milliseconds.
const SLICE: i64 = 25;
/// Writes of one run and source: the rest waits for the next run.
const SLICES_MAX: usize = 400;

/// Since when a break is followed up by nobody.
pub(super) fn unowned(reader: &mut Reader<'_>, _now: DateTime<Utc>) -> Since {
    reader.break_unowned_since()
}

/// Gives what can be given. Whoever is named and may do nothing about breaks follows none up: that calls a person.
pub(super) async fn run(run: Run) -> JobResult {
    let (mut given, mut faults) = (0, Vec::new());
    for source in BreakSource::ALL {
        let Some(login) = run.reconcile.owners.get(source).cloned() else { continue };
        let named = login.clone();
        let member = run.read(move |reader| reader.staff_member(&named)).await?.map(Member::from);
        let Some(member) = member.filter(|member| member.may_for_hub(Permission::ResolveBreaks)) else {
            faults.push(format!("{source}: {login} is no member of staff who may do something about breaks"));
            continue;
        };
        let (to, source, now) = (Actor { id: member.id, name: member.name }, *source, run.now());
        for _ in 0..SLICES_MAX {
            let some = run.read(move |reader| reader.breaks_unowned(source, SLICE)).await?;
            if some.is_empty() {
                break;
            }
            let to = to.clone();
            given += run.write(move |op| op.own_breaks(&some, &to, now)).await?;
        }
    }
    let report = JobReport::of([("given", given)]);
    if faults.is_empty() {
        return Ok(report);
    }
    Err(JobFailure::found(report, format!("FATOURA_RECONCILE_OWNERS: {}", faults.join("; "))))
}
