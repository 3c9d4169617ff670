import { expect } from "chai";
import type { FoundRule } from "../../panos/policy";
import type { Operation } from "../../panos/client";
import { movesIntoOrder, successorOf } from "../../provider/revision/order";
import { randomOf } from "../mapping/oracle/random";

const OWNER = "test1234";
const OURS = `aws-panos-${OWNER}`;
const CLEANUP = "cleanup";
const ours = (number: number) => `aws-sg-0${String(number).padStart(3, "0")}-tcp-22`;

type Kind = "ours" | "theirs" | "stack" | "held" | "denial";

function rule(name: string, kind: Kind): FoundRule {
  const tag = { ours: [OURS], theirs: [], stack: ["aws-panos-other"], held: [OURS, "aws-panos-hold"] };
  return {
    name,
    tag: kind === "denial" ? [OURS] : tag[kind],
    action: kind === "theirs" || kind === "denial" ? "deny" : "allow",
    extras: [],
  } as unknown as FoundRule;
}

const rulesOf = (list: readonly FoundRule[]) => new Map(list.map((each) => [each.name, each]));
const moves = (list: readonly FoundRule[], cleanup = CLEANUP) =>
  movesIntoOrder({ rules: rulesOf(list) }, OWNER, cleanup, { vsys: "vsys1" });

/** What a device makes of moves; refuses what it would refuse. */
function applied(list: readonly FoundRule[], operations: readonly Operation[]): FoundRule[] {
  let order = [...list];
  for (const { xpath, where, dst } of operations) {
    const name = /@name='([^']*)'\]$/.exec(xpath)![1]!;
    const moved = order.find((each) => each.name === name)!;
    const others = order.filter((each) => each !== moved);
    const at = others.findIndex((each) => each.name === dst) + (where === "after" ? 1 : 0);
    const next = [...others.slice(0, at), moved, ...others.slice(at)];
    expect(next.map((each) => each.name)).not.to.deep.equal(order.map((each) => each.name));
    order = next;
  }
  return order;
}

/** The order that is wanted: each run of ours that only allows of this program stand between, sorted in its places. */
function wanted(list: readonly FoundRule[], kinds: ReadonlyMap<string, Kind>): string[] {
  const names = list.map(({ name }) => name);
  let places: number[] = [];
  const sort = () => {
    const sorted = places.map((at) => list[at]!.name).sort();
    places.forEach((at, index) => (names[at] = sorted[index]!));
    places = [];
  };
  for (const [at, { name }] of list.entries()) {
    if (name === CLEANUP) break;
    const kind = kinds.get(name);
    if (kind === "ours") places.push(at);
    else if (kind !== "stack") sort();
  }
  sort();
  return names;
}

describe("the order of our rules", () => {
  it("is that of their names, and takes the fewest moves", () => {
    const list = [1, 2, 9, 3, 4].map((number) => rule(ours(number), "ours"));
    const made = moves([...list, rule(CLEANUP, "theirs")]);
    expect(made).to.have.length(1);
    expect(applied([...list, rule(CLEANUP, "theirs")], made).map(({ name }) => name)).to.deep.equal([
      ...[1, 2, 3, 4, 9].map(ours),
      CLEANUP,
    ]);
    expect(moves(applied([...list, rule(CLEANUP, "theirs")], made))).to.deep.equal([]);
  });

  it("never takes one of ours past another's rule, past one on hold or below the cleanup rule", () => {
    const random = randomOf(14, 0);
    for (let round = 0; round < 500; round++) {
      const kinds = new Map<string, Kind>();
      const list = Array.from({ length: random.below(12) }, (): FoundRule => {
        const kind = (["ours", "ours", "ours", "theirs", "stack", "held", "denial"] as const)[
          random.below(7)
        ]!;
        let name = "";
        do name = kind === "theirs" ? `theirs-${random.below(999)}` : ours(random.below(999));
        while (kinds.has(name));
        kinds.set(name, kind);
        return rule(name, kind);
      });
      list.splice(random.below(list.length + 1), 0, rule(CLEANUP, "theirs"));
      const after = applied(list, moves(list)).map(({ name }) => name);
      const fixed = (names: readonly string[]) =>
        names.filter((name) => kinds.get(name) !== "ours" && kinds.get(name) !== "stack");
      expect(fixed(after)).to.deep.equal(fixed(list.map(({ name }) => name)));
      const mine = (names: readonly string[]) => names.filter((name) => kinds.get(name) !== "stack");
      expect(mine(after)).to.deep.equal(mine(wanted(list, kinds)));
    }
  });

  it("is asked of a new rule where it is written: directly above the next one, or the cleanup rule", () => {
    const list = [
      rule(ours(1), "ours"),
      rule("theirs", "theirs"),
      rule(ours(3), "ours"),
      rule(ours(5), "ours"),
    ];
    const above = (number: number, cleanup: string) =>
      successorOf({ rules: rulesOf([...list, rule(CLEANUP, "theirs")]) }, ours(number), OWNER, cleanup);
    expect(above(0, CLEANUP)).to.equal(ours(3));
    expect(above(4, CLEANUP)).to.equal(ours(5));
    expect(above(6, CLEANUP)).to.equal(undefined);
    expect(successorOf({ rules: rulesOf(list) }, ours(4), OWNER, "interzone-default")).to.equal(ours(5));
  });
});
