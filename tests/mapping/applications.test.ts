import { expect } from "chai";
import { applicationOf } from "../../mapping/applications";
import { everyDefaultPort, knownApplication } from "../../panos/applications";

const ports = ["tcp", "udp"].flatMap((protocol) =>
  Array.from({ length: 65536 }, (_, port) => `${protocol}/${port}`),
);
const mapped = ports.filter((port) => applicationOf(port, {}) !== undefined);

describe("the application table", () => {
  it("has the ports of the design", () => {
    expect(mapped.filter((port) => port.startsWith("tcp/"))).to.deep.equal(
      [22, 25, 53, 80, 110, 143, 389, 443, 636, 1521, 3306, 3389].map((port) => `tcp/${port}`),
    );
    expect(mapped.filter((port) => port.startsWith("udp/"))).to.deep.equal(["udp/53", "udp/389", "udp/3389"]);
  });

  for (const port of mapped) {
    it(`takes ${port} for an application that has it among its default ports`, () => {
      expect(everyDefaultPort(applicationOf(port, {})!)).to.include(port);
    });
  }

  it("has the secure ports of those applications that PAN-OS enforces them for", () => {
    const secure = ["web-browsing", "smtp", "ldap", "pop3", "imap"].map(
      (name) => knownApplication(name)?.securePorts,
    );
    expect(secure.every((list) => list !== undefined && list.length > 0)).to.equal(true);
  });

  it("knows nothing about names that objects inherit", () => {
    expect(knownApplication("constructor")).to.equal(undefined);
    expect(applicationOf("toString", {})).to.equal(undefined);
  });
});
