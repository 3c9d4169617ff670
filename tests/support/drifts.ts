import type { Drift, Finding } from "../../review/drift/types";
import { ruleXml } from "../../panos/entries";

const KINDS = ["edited", "disabled", "moved", "removed", "undeclared"] as const;

/** So many findings on two firewalls, every fourth of them not committed, and one of each that is no drift. */
export function driftOfFindings(findings: number): Drift {
  const all = Array.from({ length: findings }, (_, index) => findingNumber(index));
  const group = { id: "sg-0beside", name: "beside" };
  const mirrors = { group, traffic: "TCP port 22" };
  const firewall = (name: string, own: Finding[]) => ({
    ...{ firewall: name, findings: own, notApplied: [], held: [], shadowed: [] },
    unused: { days: 90, rules: [], notJudged: 0 },
    commits: [{ job: "17", by: "mallory", ended: "2026/01/30 11:00:00" }],
  });
  const half = Math.ceil(findings / 2);
  return {
    format: 1,
    stack: "organization/aws-panos-rules/dev",
    summary: `Drift: ${findings} findings`,
    drifted: findings > 0,
    firewalls: [
      {
        ...firewall("edge-a/vsys1", all.slice(0, half)),
        notApplied: [
          {
            ...{ object: "rule", name: "aws-sg-0beside-tcp-22", change: "add", staged: true, ...mirrors },
            reasons: [{ text: "beside (sg-0beside) has sgr-0beside from 192.0.2.0/24", id: "sgr-0beside" }],
          },
        ],
        held: [{ rule: "aws-sg-0held-tcp-22", ...mirrors, fields: [] }],
        shadowed: [{ rule: "aws-sg-0beside-tcp-22", by: "block-mallory", ...mirrors }],
        unused: {
          days: 90,
          rules: [
            {
              ...{ rule: "aws-sg-0unused-tcp-22", ...mirrors, lastHit: "2025-10-01T00:00:00.000Z" },
              revoke: [{ id: "sgr-0unused", description: "for the migration" }],
            },
          ],
          notJudged: 2,
        },
      },
      firewall("edge-b/vsys1", all.slice(half)),
    ],
  };
}

function findingNumber(index: number): Finding {
  const kind = KINDS[index % KINDS.length]!;
  const group = { id: `sg-0a${index.toString(16)}`, name: `group-${index}` };
  const name = `aws-${group.id}-tcp-443`;
  const isStaged = index % 4 === 3;
  const source = [`198.51.${index % 256}.0/24`];
  const xml = ruleXml({
    ...{ name, description: `${group.name} (${group.id})`, tag: ["aws-panos-test1234"] },
    ...{ from: ["untrust"], to: ["trust"], source: ["any"], destination: ["10.0.0.1"] },
    ...{ application: ["ssl"], service: ["application-default"], action: "allow" },
  });
  return {
    ...{ kind, object: "rule", name, where: isStaged ? "candidate" : "both" },
    ...(isStaged && { by: ["alice"] }),
    ...{ group, traffic: "TCP port 443" },
    reasons: [{ text: `${group.name} (${group.id}) has sgr-0${index.toString(16)} from ${source[0]}` }],
    fields: [{ field: "source", added: source, removed: kind === "removed" ? [] : ["any"] }],
    ...(kind !== "removed" && { xml }),
  };
}
