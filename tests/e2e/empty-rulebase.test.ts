import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { onEveryTarget } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const API: Permission = { group: 2, port: 8001 };
const [INTO, OUT] = ["aws-quarantine-test1234-in", "aws-quarantine-test1234-out"];

onEveryTarget("e2e: isolation on a rulebase that holds nothing", (target) => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.open({ target, given: { cleanup: "" } });
    const base = account([WEB, API]);
    const mark = (id: string): Record<string, string> => (id === "i-0a2" ? { SecurityStatus: "IR" } : {});
    await lab.setAccount({
      ...base,
      instances: base.instances.map((each) => ({ ...each, tags: mark(each.id) })),
    });
  });
  afterEach(() => lab.close());

  for (const only of [true, false]) {
    it(`puts its denials at the top${only ? ", and nothing else" : ""}`, async () => {
      const stack = await lab.stack({
        settings: {
          "aws-panos-rules:cleanupRule": "interzone-default",
          "aws-panos-rules:quarantine": { deny: true, ...(only && { only }) },
        },
      });
      const first = await stack.up();
      expect(first.code, said(first)).to.equal(0);
      const rules = only ? [OUT, INTO] : [OUT, INTO, ruleOf(WEB)];
      expect(lab.running().slice(0, rules.length)).to.deep.equal(rules);
      expect(succeeded(await stack.up({ refresh: true })).steps).to.deep.equal([]);
    });
  }
});
