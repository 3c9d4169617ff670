import { expect } from "chai";
import { eachPart } from "../../declaration/kinds";
import type { Declaration } from "../../declaration/declaration";
import type { MemberState, PushState } from "../../plan/state";
import { comparedOn } from "../../review/drift/pushes";
import { waitingText } from "../../review/drift/words";

const none = () => eachPart((): Record<string, string> => ({}));
const rules = (content: Record<string, string>): Declaration => ({ ...none(), rules: content });
const member = (label: string, more: Partial<MemberState> = {}): MemberState => ({
  ...{ label, isConnected: true, isInSync: false, lastPush: "commit succeeded", own: [] },
  ...more,
});

/** What is told of one rule by what Panorama runs, what is declared, what was applied, and what firewalls hold. */
function told(
  running: Record<string, string>,
  declared: Record<string, string>,
  before: Record<string, string>,
  members: MemberState[],
  held: string[] = [],
) {
  const pushes: PushState = { running: rules(running), members, waiting: undefined };
  const given = { pushes, declared: rules(declared), before: rules(before), held: new Set(held) };
  return comparedOn({ ...given, mirrors: () => ({}) }, { findings: [], notApplied: [] });
}

describe("drift of a device group: how far a change has come", () => {
  it("is not applied yet where a run ended between commit and push, whatever it was to change", () => {
    const behind = [
      member("fw1", { found: rules({ a: "old", gone: "x" }) }),
      member("fw2", { isInSync: true }),
    ];
    const { findings, notApplied, pushes } = told(
      { a: "new", b: "made" },
      { a: "new", b: "made" },
      { a: "old", gone: "x" },
      behind,
    );
    expect(findings).to.deep.equal([]);
    expect(notApplied.map(({ name, change, on }) => [name, change, on])).to.deep.equal([
      ["a", "change", ["fw1"]],
      ["b", "add", ["fw1"]],
      ["gone", "remove", ["fw1"]],
    ]);
    expect(pushes!.firewalls.map(({ behind: count }) => count)).to.deep.equal([3, 0]);
  });

  it("is drift where it was applied, and a firewall has it otherwise or still has what was removed", () => {
    const { findings, notApplied } = told({ a: "new" }, { a: "new" }, { a: "new" }, [
      member("fw1", { found: rules({ a: "older", left: "x" }) }),
      member("fw2", { found: rules({ a: "new" }) }),
    ]);
    expect(notApplied).to.deep.equal([]);
    expect(findings.map(({ kind, name, on }) => [kind, name, on])).to.deep.equal([
      ["not-pushed", "a", ["fw1"]],
      ["not-pushed", "left", ["fw1"]],
    ]);
  });

  it("is unknown of a firewall that can't be asked, unless Panorama says that it has everything", () => {
    const { findings, pushes } = told({ a: "new" }, { a: "new" }, { a: "new" }, [
      member("fw1", { isConnected: false, isInSync: true }),
      member("fw2", { isConnected: false, unread: "it is not connected to Panorama" }),
    ]);
    expect(findings.map(({ kind, object, name }) => [kind, object, name])).to.deep.equal([
      ["not-asked", "firewall", "fw2"],
    ]);
    expect(pushes!.firewalls.map(({ behind }) => behind)).to.deep.equal([0, undefined]);
    expect(waitingText({ ...pushes!, waiting: [] })).to.equal("");
  });

  it("says nothing of rules on hold, and that Panorama tells nobody's name where it doesn't", () => {
    const { findings, notApplied, pushes } = told(
      { a: "new" },
      { a: "new" },
      { a: "new" },
      [member("fw1", { found: rules({ a: "older" }) })],
      ["a"],
    );
    expect([findings, notApplied]).to.deep.equal([[], []]);
    expect(waitingText(pushes!)).to.equal("Panorama doesn't say whose changes wait for a push");
  });
});
