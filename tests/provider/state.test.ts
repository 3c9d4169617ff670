import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Inventory } from "../../inventory/types";
import { account } from "../support/account";
import { Lab, succeeded } from "../support/lab";

const GOLDEN = join(__dirname, "state.golden.json");

/** Something of every kind of resource: ports with and without an application, a list, ICMP, a protocol, a mark. */
function everyKind(): Inventory {
  const entries = ["192.0.2.0/24", "198.51.100.0/25", "203.0.113.7/32"];
  const inventory = account([
    { group: 1, port: 443 },
    { group: 1, port: 8443, entries },
    { group: 2, port: 8001, toPort: 8010 },
  ]);
  const more = [
    { id: "sgr-0ff1", ipProtocol: "47", fromPort: -1, toPort: -1, cidrIpv4: "203.0.113.0/24" },
    { id: "sgr-0ff2", ipProtocol: "icmp", fromPort: 3, toPort: 1, cidrIpv4: "203.0.113.0/24" },
  ];
  const [first, ...others] = inventory.securityGroups;
  return { ...inventory, securityGroups: [{ ...first!, ingress: [...first!.ingress, ...more] }, ...others] };
}

describe("what a stack's state holds", function () {
  this.timeout(120_000);

  // A stack that an earlier version made goes on with this one only where all this stays as it is: URNs, the line
  // that finds the provider, inputs, and hashes. What changes here is written anew with UPDATE_GOLDEN=1, on purpose.
  it("is for every kind of resource what it was", async () => {
    const lab = await Lab.open();
    try {
      await lab.setAccount(everyKind());
      const stack = await lab.stack({
        settings: {
          "aws-panos-rules:destinations": "dynamic",
          "aws-panos-rules:prefixListGroups": "2",
          "aws-panos-rules:quarantine": { deny: true, responders: ["10.9.0.0/16"] },
        },
      });
      succeeded(await stack.up());
      const { resources = [] } = await stack.exportState();
      const held = resources
        .filter(({ type }) => /panos/.test(type))
        .map(({ urn, id, inputs, outputs, dependencies = [] }) => ({
          ...{ urn, id, inputs, dependencies: [...dependencies].sort() },
          // When the commit was made and its job's number are of this run.
          outputs: { ...outputs, ...(outputs?.["lastCommit"] !== undefined && { lastCommit: "…" }) },
        }))
        .sort((a, b) => (a.urn < b.urn ? -1 : 1));
      const found = JSON.parse(JSON.stringify(held)) as unknown;
      if (process.env["UPDATE_GOLDEN"]) writeFileSync(GOLDEN, `${JSON.stringify(found, undefined, 2)}\n`);
      expect(found).to.deep.equal(JSON.parse(readFileSync(GOLDEN, "utf8")));
    } finally {
      await lab.close();
    }
  });
});
