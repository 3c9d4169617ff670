import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import type { Inventory, SecurityGroupRule } from "../../inventory/types";
import { account, groupId, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const [GRE, UNREACHABLE] = ["aws-test1234-ip-47", "aws-test1234-i4-3-1"];

/** The small account, its first group letting this in too. */
function accountWith(...traffic: [ipProtocol: string, fromPort: number, toPort: number][]): Inventory {
  const inventory = account([WEB]);
  const more = traffic.map(([ipProtocol, fromPort, toPort], index): SecurityGroupRule => ({
    id: `sgr-0ff${index}`,
    ipProtocol,
    fromPort,
    toPort,
    cidrIpv4: "203.0.113.0/24",
  }));
  const groups = inventory.securityGroups.map((group) => ({
    ...group,
    ingress: [...group.ingress, ...more],
  }));
  return { ...inventory, securityGroups: groups };
}

onTargets("e2e: custom applications", (target) => {
  let lab: Lab;
  let stack: Stack;

  beforeEach(async () => {
    lab = await Lab.open({ target });
    stack = await lab.stack();
  });
  afterEach(() => lab.close());

  const up = (flags = {}) => lab.during(() => stack.up({ ...flags }));

  it("come before the rules that name them, change nothing twice, and go after them", async () => {
    await lab.setAccount(accountWith(["47", -1, -1], ["icmp", 3, 1]));
    const made = await up({ parallel: 50 });
    succeeded(made.result);
    expect(made.commits).to.equal(1);
    expect(lab.field(`aws-${groupId(1)}-ip-47`, "application")).to.include(`<member>${GRE}</member>`);
    expect(lab.field(`aws-${groupId(1)}-icmp-3-1`, "application")).to.include(
      `<member>${UNREACHABLE}</member>`,
    );
    expect(lab.objects()).to.include("<ident-by-ip-protocol>47</ident-by-ip-protocol>");
    expect(lab.objects()).to.include("<ident-by-icmp-type><type>3</type><code>1</code></ident-by-icmp-type>");

    const again = await up({ refresh: true });
    succeeded(again.result);
    expect([again.writes, again.commits]).to.deep.equal([0, 0]);

    await lab.setAccount(accountWith(["icmp", 3, 1]));
    const less = await up();
    succeeded(less.result);
    expect(less.commits).to.equal(1);
    expect(lab.objects()).to.include(UNREACHABLE).and.not.to.include(GRE);

    const gone = await lab.during(() => stack.destroy());
    succeeded(gone.result);
    expect(gone.commits).to.equal(1);
    expect(lab.objects()).to.not.include("aws-");
  });

  it("are mended when somebody changes what they identify", async () => {
    await lab.setAccount(accountWith(["icmp", 3, 1]));
    succeeded((await up()).result);
    const admin = lab.person();
    await admin.addObject(
      "application",
      `<entry name="${UNREACHABLE}"><default><ident-by-icmp-type><code>4</code></ident-by-icmp-type></default></entry>`,
    );
    await admin.commitEverything();
    expect(lab.objects()).to.include("<code>4</code>");
    const { result, commits } = await up({ refresh: true });
    succeeded(result);
    expect(commits).to.equal(1);
    expect(lab.objects()).to.include("<code>1</code>").and.not.to.include("<code>4</code>");
  });

  it("of somebody else under a name of ours are refused, and named", async () => {
    const admin = lab.person();
    await admin.addObject(
      "application",
      `<entry name="${GRE}"><category>networking</category><subcategory>ip-protocol</subcategory>` +
        "<technology>network-protocol</technology>" +
        "<default><ident-by-ip-protocol>6</ident-by-ip-protocol></default></entry>",
    );
    await admin.commitEverything();
    await lab.setAccount(accountWith(["47", -1, -1]));
    const { result, commits } = await up();
    expect(result.code).to.equal(1);
    expect(said(result)).to.include(`a custom application named ${GRE} exists on ${lab.label} and is not`);
    expect(commits).to.equal(0);
  });

  it("are told where administrators' rules no longer match, and withheld where one of these denies", async () => {
    const admin = lab.person();
    await admin.addRule(
      ruleEntry("allow-icmp-everywhere", { application: "icmp", destination: "10.99.0.0/16" }),
    );
    await admin.addRule(ruleEntry("no-gre", { application: "gre", action: "deny" }));
    await admin.commitEverything();
    await lab.setAccount(accountWith(["47", -1, -1], ["icmp", 3, 4]));
    const preview = said(succeeded(await stack.preview()));
    expect(preview).to.match(/allow-icmp-everywhere allows icmp, .*ICMP type 3 code 4/);
    expect(preview).to.match(/withheld: .*protocol 47.*no-gre \(gre\)/);
    succeeded((await up()).result);
    expect(lab.objects()).to.include("aws-test1234-i4-3-4").and.not.to.include(GRE);

    stack = await lab.stack({ settings: { "aws-panos-rules:allowApplicationShift": "true" } });
    const allowed = succeeded((await up()).result);
    expect(said(allowed)).to.match(/no-gre denies gre, .*protocol 47/);
    expect(lab.objects()).to.include(GRE);
  });
});
