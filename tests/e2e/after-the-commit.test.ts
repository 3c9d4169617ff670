import { expect } from "chai";
import type { RequestRecord } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const ANY_WEB: Permission = { ...WEB, cidr: "0.0.0.0/0" };

const isProbe = ({ cmd }: { cmd?: string }) => cmd?.includes("security-policy-match") === true;

onTargets("e2e: after the commit", (target) => {
  let lab: Lab;
  afterEach(() => lab.close());
  /** A probe of the firewall, or of a device group's first one. */
  const isFirst = (request: RequestRecord) => isProbe(request) && request.target === lab.fleet?.serials[0];

  /** Opens a lab whose firewall has these rules of its administrator, and runs once. */
  async function run(
    permissions: readonly Permission[],
    rules: readonly string[] = [],
    settings: Record<string, unknown> = {},
  ) {
    lab = await Lab.open({ target, given: { rules } });
    await lab.setAccount(account(permissions));
    const stack = await lab.stack({ settings });
    const up = () => lab.during(() => stack.up());
    return { ...(await up()), up };
  }

  it("probes a sample of the rules that changed, and no others", async () => {
    const many = Array.from({ length: 15 }, (_, group) => ({ group, port: 8000 + group }));
    const { result, requests, up } = await run(many);
    succeeded(result);
    const probes = requests.filter(isFirst).map(({ cmd }) => cmd ?? "");
    expect(probes).to.have.length(10);
    expect(requests.filter(isProbe)).to.have.length(10 * lab.firewalls.length);
    const asked = probes.map((cmd) => /<destination-port>(\d+)</.exec(cmd)?.[1]).sort();
    // Evenly spread over the fifteen, whichever the firewall is asked first: they are on their way together.
    expect(asked).to.deep.equal([0, 2, 3, 5, 6, 8, 9, 11, 12, 14].map((at) => String(8000 + at)));
    const ofFirst = probes.filter((cmd) => cmd.includes("<destination-port>8000</destination-port>"));
    expect(ofFirst).to.have.length(1);
    expect(ofFirst[0]).to.include("<source>203.0.113.128</source><destination>10.0.0.0</destination>");

    await lab.setAccount(account([...many, SSH]));
    const next = await up();
    succeeded(next.result);
    expect(next.requests.filter(isFirst)).to.have.length(1);
  });

  it("fails a run whose rule doesn't match its own packets, by the rule's name, until it does", async () => {
    // A content update has given the application other default ports than those that our rule counts on.
    lab = await Lab.open({ target, applications: { ssl: ["tcp/9443"] } });
    await lab.setAccount(account([WEB, SSH]));
    const stack = await lab.stack();
    for (const attempt of ["first", "next"]) {
      const result = await stack.up();
      expect(result.code, attempt).to.equal(1);
      expect(said(result), attempt).to.match(
        new RegExp(`packets of 1 of the 2 rules probed .* rule ${ruleOf(WEB)} \\(.*\\) meets rule cleanup`),
      );
      expect(said(result)).not.to.include(`rule ${ruleOf(SSH)} (`);
    }
    await lab.configure({ settings: { "aws-panos-rules:ruleMode": "service" } });
    const mended = succeeded(await stack.up());
    expect(mended.diagnostics.map(({ severity }) => severity)).not.to.include("error");
  });

  it("takes a packet that an administrator's wider rule lets in for allowed", async () => {
    const wide = ruleEntry("theirs", { source: "203.0.113.0/24" });
    const { result, requests } = await run([WEB], [wide], { "aws-panos-rules:skipAlreadyAllowed": "false" });
    succeeded(result);
    expect(requests.filter(isFirst)).to.have.length(1);
  });

  it("names an administrator's denial above a rule, and does not fail because of it", async () => {
    const { result } = await run([ANY_WEB], [ruleEntry("no-entry", { action: "deny" })]);
    succeeded(result);
    expect(said(result)).to.match(
      new RegExp(
        `rule ${ruleOf(WEB)} \\(128\\.0\\.0\\.0 to .*ssl\\) meets rule no-entry on (${lab.label}|fw1) ?`,
      ),
    );
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
  });

  it("says so where the firewall doesn't answer the probes, and does not fail", async () => {
    lab = await Lab.open({
      target,
      faults: [{ match: { cmd: "security-policy-match" }, count: 10, effect: { do: "not-xml" } }],
    });
    await lab.setAccount(account([WEB]));
    const result = succeeded(await (await lab.stack()).up());
    expect(said(result)).to.include("are in force, but were not probed");
  });

  it("reports the job's progress as a status line, not as messages", async () => {
    lab = await Lab.open({ target, commitSeconds: 0.5 });
    await lab.setAccount(account([WEB]));
    const result = succeeded(await (await lab.stack()).up());
    const progress = result.events
      .map(({ diagnosticEvent }) => diagnosticEvent)
      .filter((event) => event !== undefined)
      .filter(({ message }) => new RegExp(`commit job \\d+ on ${lab.label}: (queued|\\d+ %)`).test(message));
    expect(progress).to.have.length.greaterThan(1).and.lessThan(10);
    expect(progress.map(({ ephemeral }) => ephemeral)).not.to.include(undefined);
    expect(result.stdout).not.to.include("commit job");
  });
});
