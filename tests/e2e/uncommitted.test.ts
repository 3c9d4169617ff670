import { expect } from "chai";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onEveryTarget } from "../support/targets";
import type { Person } from "../support/person";

const WEB: Permission = { group: 1, port: 443 };

onEveryTarget("e2e: what settings name and nobody has committed", (target) => {
  let lab: Lab;
  let admin: Person;

  beforeEach(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB]));
    admin = lab.person();
  });
  afterEach(() => lab.close());

  async function addRule(name: string): Promise<void> {
    await admin.addRule(ruleEntry(name, { from: "any", to: "any", action: "deny", source: "192.0.2.9" }));
    await admin.moveAbove(name, "cleanup");
  }

  const named: Record<string, { settings: Record<string, unknown>; add: () => Promise<void> }> = {
    'cleanupRule: the rule "theirs"': {
      settings: { "aws-panos-rules:cleanupRule": "theirs" },
      add: () => addRule("theirs"),
    },
    'quarantine.before: the rule "theirs"': {
      settings: { "aws-panos-rules:quarantine": { deny: true, before: "theirs" } },
      add: () => addRule("theirs"),
    },
    'profileGroup: the profile group "theirs"': {
      settings: { "aws-panos-rules:profileGroup": "theirs" },
      add: () =>
        admin.addObject(
          "profile-group",
          '<entry name="theirs"><virus><member>default</member></virus></entry>',
        ),
    },
    // Those of a device group's firewalls are their own.
    ...(target.kind !== "device-group" && {
      'trustZone: the zone "theirs"': {
        settings: { "aws-panos-rules:trustZone": "theirs" },
        add: () => admin.addObject("zone", '<entry name="theirs"/>'),
      },
    }),
  };

  for (const [what, { settings, add }] of Object.entries(named)) {
    it(`${what} is refused before anything is written, in the preview too, until it is committed`, async () => {
      await add();
      const stack = await lab.stack({ settings });
      const text = `aws-panos-rules:${what} is in the candidate configuration alone`;
      expect(said(await stack.preview())).to.include(text);
      const { result, writes, commits } = await lab.during(() => stack.up());
      expect(result.code).to.equal(1);
      expect(said(result)).to.include(text);
      expect(writes + commits).to.equal(0);
      await admin.commitEverything();
      succeeded(await stack.up());
    });
  }

  it("is taken along by a commit of everything, where that is what the settings say", async () => {
    await addRule("theirs");
    const settings = { "aws-panos-rules:cleanupRule": "theirs", "panos:commitScope": "full" };
    succeeded(await (await lab.stack({ settings })).up());
    expect(lab.running().slice(-3)).to.deep.equal([ruleOf(WEB), "theirs", "cleanup"]);
  });
});
