import { expect } from "chai";
import fc from "fast-check";
import { causeOf } from "../../../trigger/ledger/cause";
import { change } from "./ledger-steps";

describe("a run's cause", () => {
  it("says who did what, and names the events", () => {
    const changes = [
      change("3f2a0001", 0, { what: "AuthorizeSecurityGroupIngress", subjects: ["sg-0a", "sgr-0b"] }),
      change("3f2a0002", 0, { principal: "role/deploy/ci", subjects: ["i-0c"] }),
      change("3f2a0003", 0, { principal: undefined, what: "stopped", subjects: [] }),
    ];
    expect(causeOf({ changes, more: 0 })).to.equal(
      "alice (AuthorizeSecurityGroupIngress sg-0a), role/deploy/ci (StopInstances i-0c), stopped; " +
        "events 3f2a0001, 3f2a0002, 3f2a0003",
    );
  });

  it("says a deed once, and how much it leaves out", () => {
    const changes = Array.from({ length: 50 }, (_, n) =>
      change(`3f2a${n}`, 0, { principal: `user-${Math.floor(n / 10)}-with-a-rather-long-name` }),
    );
    const cause = causeOf({ changes, more: 950 });
    expect(cause).to.match(/^user-0\S+ \(StopInstances i-\w+\) and 990 more; events 3f2a0, /);
    expect(cause.length).to.be.at.most(200);
  });

  it("is nothing where nothing is known", () => {
    expect(causeOf({ changes: [], more: 0 })).to.equal("");
  });

  it("is a line of harmless characters, and not a long one, whatever the events say", () => {
    const texts = fc.record({ id: fc.string(), what: fc.string(), principal: fc.string({ unit: "binary" }) });
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 8 }), fc.nat(), (fields, more) => {
        const changes = fields.map((field) => change("x", 0, { ...field, subjects: [] }));
        const cause = causeOf({ changes, more });
        expect(cause).to.match(/^[A-Za-z0-9 .,:;/@_()+=-]*$/);
        expect(cause.length).to.be.at.most(200);
      }),
    );
  });
});
