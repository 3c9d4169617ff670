import { expect } from "chai";
import { eachPart } from "../../declaration/kinds";
import { foreignChanges, withheldChanges } from "../../declaration/journal";

const VSYS = "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys1']";
const ours = {
  ...eachPart(() => new Set<string>()),
  rules: new Set(["aws-sg-0a-tcp-22"]),
  addresses: new Set(["aws-x-192.0.2.0-24"]),
  addressGroups: new Set(["aws-x-sg-0a"]),
  tags: new Set(["aws-panos-x"]),
};

const existing = {
  ...ours,
  rules: new Set([...ours.rules, "theirs"]),
  addresses: new Set([...ours.addresses, "web"]),
};

function foreign(...xpaths: string[]): string[] {
  const changes = xpaths.map((xpath) => ({ xpath, owner: "aws-panos", action: "EDIT" }));
  return foreignChanges(changes, "aws-panos", { vsys: "vsys1" }, ours, existing);
}

describe("our administrator's journal", () => {
  it("may hold our objects, something inside them, and their containers", () => {
    expect(
      foreign(
        `${VSYS}/rulebase/security/rules/entry[@name='aws-sg-0a-tcp-22']`,
        `${VSYS}/rulebase/security/rules/entry[@name="aws-sg-0a-tcp-22"]/source`,
        `${VSYS}/rulebase/security/rules`,
        `${VSYS}/service`,
        `${VSYS}/tag/entry[@name='aws-panos-x']`,
        `${VSYS}/address/entry[@name='aws-x-192.0.2.0-24']`,
        `${VSYS}/address-group/entry[@name='aws-x-sg-0a']/dynamic`,
      ),
    ).to.deep.equal([]);
  });

  it("may hold nothing else", () => {
    const others = [
      `${VSYS}/rulebase/security/rules/entry[@name='theirs']`,
      `${VSYS}/rulebase/nat/rules/entry[@name='aws-sg-0a-tcp-22']`,
      `${VSYS}/address/entry[@name='web']`,
      `${VSYS}`,
      "/config/shared/service/entry[@name='x']",
    ];
    expect(foreign(...others)).to.deep.equal(others);
  });

  it("may hold what was made and removed again", () => {
    expect(
      foreign(
        `${VSYS}/rulebase/security/rules/entry[@name='aws-sg-0b-tcp-25']`,
        `${VSYS}/rulebase/security/rules/entry[@name="aws-sg-0b-tcp-25"]/source`,
        `${VSYS}/service/entry[@name='aws-x-tcp-25']`,
      ),
    ).to.deep.equal([]);
  });

  it("is nobody else's", () => {
    const change = { xpath: `${VSYS}/address`, owner: "ann", action: "EDIT" };
    expect(foreignChanges([change], "aws-panos", { vsys: "vsys1" }, ours, existing)).to.deep.equal([]);
  });
});

describe("other administrators' changes of our objects", () => {
  const RULE = `${VSYS}/rulebase/security/rules/entry[@name='aws-sg-0a-tcp-22']`;
  const withheld = (...changes: [owner: string, xpath: string][]) =>
    withheldChanges(
      changes.map(([owner, xpath]) => ({ owner, xpath, action: " DELETE" })),
      "aws-panos",
      { vsys: "vsys1" },
      {
        ...eachPart((): string[] => []),
        rules: ["aws-sg-0a-tcp-22"],
      },
    );

  it("stay out of our commit, and are named with who made them", () => {
    expect(withheld(["ann", RULE], ["bob", RULE.replaceAll("'", '"')])).to.deep.equal([
      "aws-sg-0a-tcp-22: ann (DELETE), bob (DELETE)",
    ]);
    expect(withheld(["ann", `${RULE}/source`])).to.have.length(1);
  });

  it("are in it where we have changed the same object since", () => {
    expect(withheld(["ann", RULE], ["aws-panos", `${RULE}/source`])).to.deep.equal([]);
  });

  it("of objects that our commit doesn't change are no matter", () => {
    expect(
      withheld(["ann", `${VSYS}/rulebase/security/rules/entry[@name='aws-sg-0a-tcp-25']`]),
    ).to.deep.equal([]);
    expect(withheld(["ann", `${VSYS}/rulebase/security/rules`])).to.deep.equal([]);
  });
});
