import { expect } from "chai";
import { compareCidrs, isInside, parseAddress, parseCidr } from "../../lib/net/cidr";

describe("CIDR blocks and addresses", () => {
  it("clears host bits", () => {
    expect(parseCidr("100.68.0.18/18")?.text).to.equal("100.68.0.0/18");
    expect(parseCidr("2001:DB8::ffff/32")?.text).to.equal("2001:db8::/32");
    expect(parseCidr("255.255.255.255/0")?.text).to.equal("0.0.0.0/0");
    expect(parseCidr("192.0.2.1/32")?.text).to.equal("192.0.2.1/32");
    expect(parseCidr("2001:db8:0:0:0:0:0:1/128")?.text).to.equal("2001:db8::1/128");
  });

  it("knows a block's first and last address", () => {
    expect(parseCidr("192.0.2.77/25")).to.include({ first: 0xc0000200n, last: 0xc000027fn, family: "IPv4" });
    expect(parseCidr("::/0")).to.include({ first: 0n, last: (1n << 128n) - 1n, family: "IPv6" });
  });

  for (const text of [
    "",
    "10.0.0.0",
    "10.0.0.0/33",
    "10.0.0/24",
    "010.0.0.0/8",
    "0x0a.0.0.0/8",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0.0/ 8",
    "::/129",
    "fe80::1%eth0/64",
    "2001:db8::/",
    "any",
    "pl-1",
  ]) {
    it(`refuses ${JSON.stringify(text)} as a block`, () => {
      expect(parseCidr(text)).to.equal(undefined);
    });
  }

  it("reads addresses, and nothing that only some programs take for one", () => {
    expect(parseAddress("10.0.0.1")?.text).to.equal("10.0.0.1");
    expect(parseAddress("2001:DB8:0::1")?.text).to.equal("2001:db8::1");
    for (const text of ["10.1", "1", "0300.0.0.1", "10.0.0.256", "fe80::1%eth0", "::1::", "10.0.0.1/32"]) {
      expect(parseAddress(text), text).to.equal(undefined);
    }
  });

  it("sorts by address, not by text", () => {
    const sorted = ["100.0.0.0/8", "20.0.0.0/8", "9.0.0.0/8", "20.0.0.0/7"]
      .map((text) => parseCidr(text)!)
      .sort(compareCidrs);
    expect(sorted.map(({ text }) => text)).to.deep.equal([
      "9.0.0.0/8",
      "20.0.0.0/7",
      "20.0.0.0/8",
      "100.0.0.0/8",
    ]);
  });

  it("tells inside from overlapping", () => {
    const [wide, narrow] = [parseCidr("10.0.0.0/8")!, parseCidr("10.1.0.0/16")!];
    expect(isInside(narrow, wide)).to.equal(true);
    expect(isInside(wide, narrow)).to.equal(false);
    expect(isInside(wide, wide)).to.equal(true);
  });
});
