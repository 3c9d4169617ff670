import { expect } from "chai";
import fc from "fast-check";
import { declaredAddresses, isSameTraffic, partInForce } from "../../plan/limits/in-force";
import type { AddressObject, FoundRule, SecurityRule } from "../../panos/policy";

const RULE: SecurityRule = {
  ...{
    name: "aws-sg-0a-tcp-443",
    description: "",
    tag: ["aws-panos-abcd"],
    from: ["untrust"],
    to: ["trust"],
  },
  ...{ source: ["192.0.2.0/24"], destination: ["10.0.0.1"], application: ["ssl"] },
  ...{ service: ["application-default"], action: "allow" },
};
const found = (more: Partial<FoundRule> = {}): FoundRule => {
  const { action, ...rule } = RULE;
  return { ...rule, action, extras: [], ...more };
};
const NO_OBJECTS = { running: new Map<string, AddressObject>(), declared: new Map<string, AddressObject>() };

/** /26 blocks of 192.0.2.0/24, and what is wider: a set of them is a set of numbers. */
const BLOCKS: Record<string, number[]> = {
  "192.0.2.0/26": [0],
  "192.0.2.64/26": [1],
  "192.0.2.128/26": [2],
  "192.0.2.192/26": [3],
  "192.0.2.0/25": [0, 1],
  "192.0.2.128/25": [2, 3],
  "192.0.2.0/24": [0, 1, 2, 3],
};
const blocks = (members: readonly string[]) => new Set(members.flatMap((member) => BLOCKS[member] ?? []));
const lists = fc.uniqueArray(fc.constantFrom(...Object.keys(BLOCKS)), { minLength: 1, maxLength: 4 });

describe("limits: what of a rule is in force", () => {
  it("is never wider than what runs nor than what is asked for, and all of what only narrows", () => {
    fc.assert(
      fc.property(lists, lists, lists, lists, (source, destination, oldSource, oldDestination) => {
        const wanted = { ...RULE, source, destination };
        const before = found({ source: oldSource, destination: oldDestination });
        const part = partInForce(wanted, before, NO_OBJECTS);
        const inside = (a: Set<number>, b: Set<number>) => [...a].every((each) => b.has(each));
        for (const end of ["source", "destination"] as const) {
          expect(inside(blocks(part?.[end] ?? []), blocks(before[end]))).to.equal(true);
          expect((part?.[end] ?? []).every((member) => wanted[end].includes(member))).to.equal(true);
        }
        const narrows =
          inside(blocks(source), blocks(oldSource)) && inside(blocks(destination), blocks(oldDestination));
        expect(part !== undefined && isSameTraffic(part, wanted)).to.equal(narrows);
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps applications and services that run, unless those asked for are among them", () => {
    const matchOf = (more: Partial<FoundRule>) => {
      const { application, service } = partInForce(RULE, found(more), NO_OBJECTS)!;
      return [application, service];
    };
    expect(matchOf({ application: ["any"], service: ["any"] })).to.deep.equal([["ssl"], RULE.service]);
    expect(matchOf({ application: ["ssl", "ssh"] })).to.deep.equal([["ssl"], RULE.service]);
    expect(matchOf({ application: ["ssh"] })).to.deep.equal([["ssh"], RULE.service]);
    expect(matchOf({ service: ["aws-abcd-tcp-443"] })).to.deep.equal([["ssl"], ["aws-abcd-tcp-443"]]);
  });

  it("looks into static groups, and takes dynamic ones by their names", () => {
    const group = (members: string[]): AddressObject => ({ kind: "static-group", members });
    const declared = declaredAddresses({
      addresses: [{ name: "net", value: "192.0.2.0/24", tag: [] }],
      addressGroups: [
        { name: "list", members: ["net"], tag: [] },
        { name: "members", filter: "'tag'", tag: [] },
      ],
    });
    const wanted = { ...RULE, source: ["list"], destination: ["members"] };
    const before = found({ source: ["list"], destination: ["members"] });
    const running = (members: string[]) => new Map([["list", group(members)]]);
    expect(partInForce(wanted, before, { declared, running: running(["192.0.2.0/23"]) })).to.deep.equal(
      wanted,
    );
    // The list has grown: of the group that everyone names, nothing smaller can be said.
    expect(partInForce(wanted, before, { declared, running: running(["192.0.2.0/25"]) })).to.equal(undefined);
    const other = found({ source: ["list"], destination: ["others"] });
    expect(partInForce(wanted, other, { declared, running: running(["192.0.2.0/23"]) })).to.equal(undefined);
  });

  it("mends what a person did to it as ever", () => {
    const edited = found({ source: ["198.51.100.1"], extras: ["disabled: yes"] });
    expect(partInForce(RULE, edited, NO_OBJECTS)).to.equal(RULE);
  });
});
