import { expect } from "chai";
import type { FoundRule } from "../../panos/entries";
import type { PolicyObjects } from "../../declaration/objects";
import { isPlaced, moveTo, placedBefore, placeOf, TOP } from "../../declaration/placement";

const OWNER = "test1234";
const [OUT, RESPONDERS, IN] = ["out", "responders", "in"].map(
  (part) => `aws-quarantine-${OWNER}-${part}`,
) as [string, string, string];
const THEIRS = "aws-quarantine-other999-in";

/** A rulebase of these names; those with a name of ours carry a tag of this program. */
function rulebase(names: readonly string[], untagged: readonly string[] = []): PolicyObjects {
  const tagOf = (name: string) =>
    name.startsWith("aws-") && !untagged.includes(name) ? ["aws-panos-any"] : [];
  const rules = names.map((name): [string, FoundRule] => [
    name,
    { name, tag: tagOf(name) } as unknown as FoundRule,
  ]);
  return { rules: new Map(rules) } as PolicyObjects;
}

/** The names as they stand once everything is where it has to be, and how many moves that took. */
function settled(names: readonly string[], before: string): { order: string[]; moves: number } {
  const objects = rulebase(names);
  let order = [...names];
  let moves = 0;
  // As in a run: every rule is judged by what was there at its start.
  for (const name of [IN, OUT, RESPONDERS].filter((each) => names.includes(each))) {
    if (isPlaced(objects, name, OWNER, before)) continue;
    const { where, dst } = moveTo(name, OWNER, before);
    const others = order.filter((each) => each !== name);
    const at = where === "top" ? 0 : others.indexOf(dst!);
    expect(order, `${name} is there already`).not.to.deep.equal([
      ...others.slice(0, at),
      name,
      ...others.slice(at),
    ]);
    order = [...others.slice(0, at), name, ...others.slice(at)];
    moves++;
  }
  return { order, moves };
}

describe("the place of rules about isolated instances", () => {
  for (const [what, names, before, expected] of [
    ["the top", ["theirs", "cleanup", IN, OUT, RESPONDERS], TOP, [OUT, RESPONDERS, IN, "theirs", "cleanup"]],
    ["the top, without responders", ["theirs", IN, OUT], TOP, [OUT, IN, "theirs"]],
    [
      "the top again",
      ["theirs", OUT, RESPONDERS, IN, "cleanup"],
      TOP,
      [OUT, RESPONDERS, IN, "theirs", "cleanup"],
    ],
    ["its order again", [RESPONDERS, OUT, IN, "theirs"], TOP, [OUT, RESPONDERS, IN, "theirs"]],
    ["its order, where one came back", [OUT, RESPONDERS, "theirs", IN], TOP, [OUT, RESPONDERS, IN, "theirs"]],
    ["one block again", [OUT, "theirs", RESPONDERS, IN], TOP, [OUT, RESPONDERS, IN, "theirs"]],
    [
      "directly above a rule",
      ["a", "b", "c", IN, OUT, RESPONDERS],
      "b",
      ["a", OUT, RESPONDERS, IN, "b", "c"],
    ],
    [
      "directly above it again",
      ["a", OUT, RESPONDERS, IN, "c", "b"],
      "b",
      ["a", "c", OUT, RESPONDERS, IN, "b"],
    ],
  ] as [string, string[], string, string[]][]) {
    it(`is ${what}`, () => {
      const { order } = settled(names, before);
      expect(order).to.deep.equal(expected);
      expect(settled(order, before)).to.deep.equal({ order, moves: 0 });
    });
  }

  it("is right among other stacks' rules about isolated instances: neither moves because of the other", () => {
    for (const order of [
      [THEIRS, OUT, RESPONDERS, IN, "theirs"],
      [OUT, THEIRS, RESPONDERS, IN, "theirs"],
      [OUT, RESPONDERS, IN, THEIRS, "theirs"],
    ]) {
      expect(settled(order, TOP)).to.deep.equal({ order, moves: 0 });
      expect(settled(order, "theirs").moves).to.equal(0);
    }
    const forged = rulebase([THEIRS, OUT, IN], [THEIRS]);
    expect(isPlaced(forged, IN, OWNER, TOP)).to.equal(false);
  });

  it("is not where the rule that is named is missing, and other rules stay above the cleanup rule", () => {
    expect(isPlaced(rulebase([OUT, IN, "theirs"]), IN, OWNER, "gone")).to.equal(false);
    const places = { before: "cleanup", quarantineBefore: "b" };
    expect(["aws-sg-1-tcp-22", IN].map((name) => placeOf(name, OWNER, places))).to.deep.equal([
      "cleanup",
      "b",
    ]);
    expect(placeOf(IN, OWNER, { before: "cleanup" })).to.equal(TOP);
    expect([RESPONDERS, OUT, IN].map((name) => placedBefore(name, OWNER))).to.deep.equal([
      OUT,
      IN,
      undefined,
    ]);
  });
});
