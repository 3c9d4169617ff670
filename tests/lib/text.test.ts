import { expect } from "chai";
import { nearestOf } from "../../lib/nearest";
import { counted } from "../../lib/text";

describe("a number of things", () => {
  for (const [count, one, text] of [
    [0, "rule", "0 rules"],
    [1, "rule", "1 rule"],
    [2, "address", "2 addresses"],
    [1, "address", "1 address"],
    [3, "entry", "3 entries"],
    [2, "day", "2 days"],
    [2, "security group", "2 security groups"],
  ] as const) {
    it(`is ${text}`, () => expect(counted(count, one)).to.equal(text));
  }
});

describe("names like one", () => {
  const NAMES = ["aws-sg-0a1-tcp-443", "aws-sg-0a1-tcp-80", "aws-sg-0b2-udp-53", "cleanup"];
  it("are those that have it in them first, then those that few letters make of it", () => {
    expect(nearestOf("tcp-443", NAMES, 3)).to.deep.equal(["aws-sg-0a1-tcp-443"]);
    expect(nearestOf("aws-sg-0a1-tcp-44", NAMES, 2)).to.deep.equal([NAMES[0], NAMES[1]]);
    expect(nearestOf("frobnicate", NAMES, 3)).to.deep.equal([]);
  });
});
