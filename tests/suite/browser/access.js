// What axe-core finds serious or critical in the page, by the rules of WCAG up to 2.2 AA: one complaint a rule, with the
// first elements that break it.
const done = arguments[arguments.length - 1];
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }).then(
  ({ violations }) =>
    done(
      violations
        .filter(({ impact }) => ["serious", "critical"].includes(impact))
        .map(({ id, help, nodes }) => `${id} (${help}): ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")}`),
    ),
  (trouble) => done([`it could not look: ${trouble}`]),
);
