import { expect } from "chai";
import * as fc from "fast-check";
import { DEFAULT_CONFIG } from "../../packages/simulator/default-config";
import { Firewall } from "../../packages/simulator/firewall";
import { answerRequest } from "../../packages/simulator/http/api";
import { revert } from "../../packages/simulator/commit/revert";
import { EVERYTHING } from "../../packages/simulator/commit/scope";
import { withChanges } from "../../packages/simulator/config/transplant";
import { print } from "../../packages/simulator/xml/print";
import { RULES, VSYS, ruleXml } from "./stock-client";

const ADMINS = ["ann", "bob"] as const;
const name = fc.constantFrom("a", "b", "c", "cleanup");
const object = fc.constantFrom("x", "y", "z");

/** One operation of a multi-config request; many of them make no sense at the time. */
const operation = fc.oneof(
  fc
    .tuple(name, object)
    .map(([rule, source]) => `<set xpath="${RULES}">${ruleXml(rule, { source: [source] })}</set>`),
  name.map((rule) => `<set xpath="${RULES}/entry[@name='${rule}']"><description>text</description></set>`),
  name.map((rule) => `<edit xpath="${RULES}/entry[@name='${rule}']">${ruleXml(rule)}</edit>`),
  name.map((rule) => `<delete xpath="${RULES}/entry[@name='${rule}']"/>`),
  name.map((rule) => `<move xpath="${RULES}/entry[@name='${rule}']" where="top"/>`),
  fc
    .tuple(name, name)
    .map(([a, b]) => `<move xpath="${RULES}/entry[@name='${a}']" where="after" dst="${b}"/>`),
  fc.tuple(name, name).map(([a, b]) => `<rename xpath="${RULES}/entry[@name='${a}']" newname="${b}"/>`),
  fc.tuple(name, name).map(([a, b]) => `<clone xpath="${RULES}" from="${a}" newname="${b}"/>`),
  object.map(
    (one) => `<set xpath="${VSYS}/address"><entry name="${one}"><fqdn>example.com</fqdn></entry></set>`,
  ),
  object.map((one) => `<delete xpath="${VSYS}/address/entry[@name='${one}']"/>`),
  fc
    .tuple(object, object)
    .map(([a, b]) => `<rename xpath="${VSYS}/address/entry[@name='${a}']" newname="${b}"/>`),
  fc
    .tuple(name, object)
    .map(([rule, one]) => `<delete xpath="${RULES}/entry[@name='${rule}']/source/member[text()='${one}']"/>`),
);
const requests = fc.array(
  fc.record({
    admin: fc.constantFrom(...ADMINS),
    operations: fc.array(operation, { minLength: 1, maxLength: 3 }),
  }),
  { maxLength: 12 },
);

const CONFIG = DEFAULT_CONFIG.replace("<rules>", `<rules>${ruleXml("a", { source: ["x"] })}${ruleXml("b")}`)
  .replace("</rules>", `${ruleXml("c")}</rules>`)
  .replace("<address/>", `<address><entry name="x"><fqdn>x.example</fqdn></entry></address>`);

function firewall(): Firewall {
  const users = ADMINS.map((admin) => ({ name: admin, password: admin }));
  return new Firewall({
    users,
    config: CONFIG,
    commitSeconds: 0,
    swVersion: "11.1.2",
    keyLifetimeSeconds: 0,
    capacity: { rules: 100, addresses: 1000, addressGroups: 100, services: 100 },
  });
}

describe("simulator: whatever administrators do", () => {
  it("a refused multi-config leaves no trace, and the administrators' parts make up the whole, either way", () => {
    fc.assert(
      fc.property(requests, (all) => {
        const device = firewall();
        for (const { admin, operations } of all) {
          const before = print(device.candidate.root, { dirty: true });
          const journal = JSON.stringify(device.candidate.journal.entries);
          const element = `<multi-config>${operations.join("")}</multi-config>`;
          const parameters = new Map(Object.entries({ type: "config", action: "multi-config", element }));
          if (answerRequest(device, admin, parameters).status === "success") continue;
          expect(print(device.candidate.root, { dirty: true })).to.equal(before);
          expect(JSON.stringify(device.candidate.journal.entries)).to.equal(journal);
        }
        let next = device.running;
        let left = [...device.candidate.journal.entries];
        for (const admin of ADMINS) {
          const theirs = left.filter((entry) => entry.admin === admin);
          next = withChanges(device.candidate.root, next, theirs, left);
          left = left.filter((entry) => entry.admin !== admin);
        }
        expect(print(next)).to.equal(print(device.candidate.root));
        for (const admin of ADMINS)
          revert(device.candidate, device.running, { ...EVERYTHING, admins: [admin] });
        expect(device.candidate.journal.entries).to.deep.equal([]);
        expect(print(device.candidate.root, { dirty: true })).to.equal(print(device.running));
      }),
      { numRuns: 100 },
    );
  });
});
