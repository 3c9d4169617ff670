import { expect } from "chai";
import { declarationOf, foundDeclaration, NO_CONTENT } from "../../declaration/declaration";
import { differences, ruleChanges } from "../../declaration/differences";
import { listed } from "../../lib/text";
import { eachPart } from "../../declaration/kinds";
import { ruleHash } from "../../declaration/kinds/rule";
import { objectsIn } from "../../declaration/objects";
import type { FoundRule } from "../../panos/policy";
import { ownObjects } from "../../declaration/ownership";

const OWNER = "k3v9x2ab";

function rule(name: string, fields: Partial<FoundRule> = {}): [string, FoundRule] {
  const found: FoundRule = {
    name,
    description: "",
    tag: [`aws-panos-${OWNER}`],
    from: ["untrust"],
    to: ["trust"],
    source: ["192.0.2.0/24"],
    destination: ["10.0.0.1"],
    application: ["any"],
    service: ["any"],
    action: "allow",
    extras: [],
    ...fields,
  };
  return [name, found];
}

const objects = (...rules: [string, FoundRule][]) => ({
  ...objectsIn(undefined),
  rules: new Map(rules),
});

describe("ownership", () => {
  it("takes both the tag and a name of ours", () => {
    const own = ownObjects(
      OWNER,
      objects(
        rule("aws-sg-0a-tcp-22"),
        rule("aws-sg-0b-tcp-22", { tag: [] }),
        rule("aws-sg-0c-tcp-22", { tag: ["aws-panos-other123"] }),
        rule("copy of aws-sg-0a-tcp-22"),
        rule("aws-sg-0d-all", { tag: [`aws-panos-${OWNER}`, "aws-panos-hold"] }),
      ),
    );
    expect(own.rules).to.deep.equal(["aws-sg-0a-tcp-22", "aws-sg-0d-all"]);
    expect(own.strays).to.deep.equal(["copy of aws-sg-0a-tcp-22"]);
    expect(own.held).to.deep.equal(["aws-sg-0d-all"]);
  });
});

describe("comparing what is found with what is declared", () => {
  const [name, declared] = rule("aws-sg-0a-tcp-22");
  const declaration = {
    ...eachPart(() => ({})),
    rules: { [name]: ruleHash(declared) },
  };
  const cleanup = rule("cleanup", { tag: [], action: "deny" });
  const compare = (...rules: [string, FoundRule][]) =>
    differences(declaration, foundDeclaration(OWNER, { before: "cleanup" }, objects(...rules)), new Set());

  it("finds nothing where all is right", () => {
    expect(compare(rule(name), cleanup)).to.deep.equal([]);
  });

  it("finds a rule that is missing, changed, disabled, or below the cleanup rule", () => {
    expect(compare(cleanup)).to.deep.equal([`rule ${name} is missing`]);
    for (const change of [{ source: ["any"] }, { action: "deny" }, { extras: ["disabled: yes"] }]) {
      expect(compare(rule(name, change), cleanup)).to.deep.equal([`rule ${name} is not as declared`]);
    }
    expect(compare(cleanup, rule(name))).to.deep.equal([`rule ${name} is not as declared`]);
  });

  it("finds a rule of ours that nobody declares, and leaves other people's out", () => {
    expect(compare(rule(name), rule("aws-sg-0b-all"), rule("theirs", { tag: [] }), cleanup)).to.deep.equal([
      "rule aws-sg-0b-all is not declared",
    ]);
  });

  it("counts a rule as changed where a group that it names is, or an address of it", () => {
    const content = (...groups: [string, string[]][]) => {
      const tag = [`aws-panos-${OWNER}`];
      const action = "allow" as const;
      const rules = [
        { ...declared, action, source: ["list"] },
        { ...declared, action, name: "aws-sg-0b-all" },
      ];
      return {
        ...NO_CONTENT,
        rules,
        addresses: [{ name: "a", value: "192.0.2.0/24", tag }],
        addressGroups: groups.map(([group, members]) => ({ name: group, members, tag })),
      };
    };
    const of = (wanted: ReturnType<typeof content>) => declarationOf(OWNER, "test/dev", wanted);
    const before = content(["part", ["a"]], ["list", ["part"]]);
    const changes = (after: typeof before) => ruleChanges(of(before), of(after), after).changed;
    expect(changes(before)).to.deep.equal([]);
    expect(changes(content(["part", ["a", "b"]], ["list", ["part"]]))).to.deep.equal([name]);
    const [address] = before.addresses;
    expect(changes({ ...before, addresses: [{ ...address!, value: "192.0.0.0/16" }] })).to.deep.equal([name]);
  });

  it("lists the first of many", () => {
    expect(listed(["a", "b", "c"], 2)).to.equal("a, b, and 1 more");
  });
});
