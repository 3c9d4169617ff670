import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { RunNote } from "../../../settings/run";
import { Lines } from "../../../lib/pulumi/lines";
import { UpdateEvents } from "../../../lib/pulumi/update-events";
import { RunLog } from "../../../trigger/runner/log";
import { outcomeOf } from "../../../trigger/runner/outcome";
import { withoutSecrets } from "../../../trigger/runner/secrets";
import { pulumiEnvironment } from "../../../trigger/runner/surroundings";

const FAILED = { succeeded: false, locked: undefined, errors: ["it broke"], steps: [] };
const DONE = { ...FAILED, succeeded: true, errors: [] };
const [A, B] = ["a/vsys1", "b/vsys1"];

describe("how a run ended", () => {
  const after = (notes: RunNote[], stopped = false) => outcomeOf("up", FAILED, notes, stopped);
  const held = (firewall?: string): RunNote => ({
    note: "held",
    reason: "too many",
    ...(firewall !== undefined && { firewall }),
  });
  const failed = (firewall: string): RunNote => ({ note: "failed", firewall, reason: "refused" });
  const late = (firewall: string): RunNote => ({ note: "out-of-time", firewall, reason: "too late" });

  it("is applied with what was committed and registered, or with nothing to do", () => {
    const committed: RunNote = { note: "commit-ended", firewall: A, job: "7", counts: "1 added" };
    expect(outcomeOf("up", DONE, [{ note: "registered", firewall: B }, committed], false)).to.deep.equal({
      result: "applied",
      changed: true,
      summary: "other addresses are registered on b/vsys1; commit job 7 on a/vsys1: 1 added",
    });
    expect(outcomeOf("up", DONE, [], false)).to.deep.include({ result: "applied", changed: false });
    const left: RunNote = { note: "pushed", firewall: A, wasSent: false, reach: "1 of 2 firewalls" };
    const summary = "a/vsys1 is in force on 1 of 2 firewalls";
    expect(outcomeOf("up", DONE, [left], false)).to.deep.equal({
      result: "applied",
      changed: false,
      summary,
    });
  });

  it("is cut without leaving a part of a secret", () => {
    const secret = "correct horse battery staple";
    const clean = withoutSecrets({ PASS: secret }, {});
    for (let before = 1_960; before < 2_010; before++) {
      const errors = ["x".repeat(before) + secret];
      const steps = [{ op: "update", type: "x:panos:SecurityRule", name: errors[0] }] as never;
      const reasons: RunNote[] = [{ note: "held", reason: errors[0]! }];
      for (const outcome of [
        outcomeOf("up", { ...FAILED, errors }, [], false, clean),
        outcomeOf("up", DONE, reasons, false, clean),
        outcomeOf("preview", { ...DONE, steps }, reasons, false, clean),
        outcomeOf("preview", { ...DONE, steps }, [], false, clean),
      ])
        expect(JSON.stringify(outcome)).not.to.match(/x+c/);
    }
  });

  it("is held only where nothing else went wrong", () => {
    expect(after([held()])).to.deep.equal({ result: "held", reason: "too many" });
    expect(after([held(A), failed(A)])).to.deep.equal({ result: "held", reason: "too many" });
    expect(after([held(A), failed(A), failed(B)])).to.deep.equal({
      result: "failed",
      reason: "it broke; refused",
    });
  });

  it("is out of time where that stopped it, before or after what is held", () => {
    expect(after([late(A), failed(A), held(B), failed(B)]).result).to.equal("out-of-time");
    expect(after([late(A), failed(B)]).result).to.equal("failed");
    expect(after([{ note: "inventory-read" }], true)).to.deep.equal({
      result: "out-of-time",
      reason: "the run's time was over while it was asking the firewall what it has; nothing was written",
    });
    expect(after([{ note: "push-submitted", firewall: A }], true))
      .to.have.property("reason")
      .that.includes("waiting for the push, which goes on in Panorama");
    expect(after([failed(A)], true).result).to.equal("failed");
  });

  it("says something, and not too much", () => {
    const silent = outcomeOf("up", { ...FAILED, errors: [] }, [], false);
    expect(silent).to.have.property("reason").that.includes("look at its log");
    const long = outcomeOf("up", { ...FAILED, errors: ["x".repeat(9999)] }, [], false);
    expect(long).to.have.property("reason").with.length(2002);
    const type = "pulumi-nodejs:dynamic/panos:SecurityRule";
    const created = Array.from({ length: 12 }, (_, at) => ({ op: "create", type, name: `r${at}` }));
    const steps = [...created, { op: "delete", type, name: "old" }];
    expect(outcomeOf("preview", { ...DONE, steps }, [], false)).to.deep.equal({
      result: "previewed",
      summary: "would add r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, and 2 more; remove old",
    });
  });

  it("adds and removes no rule that only has another name in Pulumi", () => {
    const events = new UpdateEvents();
    const does = (op: string, name: string) => {
      const type = "pulumi-nodejs:dynamic/panos:SecurityRule";
      const urn = `urn:pulumi:dev::aws-panos-rules::panos:index:FirewallPolicy$${type}::${name}`;
      events.add({ resourcePreEvent: { metadata: { op, urn, type } } });
    };
    does("create", "web/tcp-443/aws-sg-0a-tcp-443");
    does("create", "edge-a/web/tcp-22/aws-sg-0a-tcp-22");
    does("delete", "aws-sg-0a-tcp-443");
    does("delete", "aws-sg-0b-tcp-443");
    expect(outcomeOf("preview", { ...DONE, steps: events.steps }, [], false)).to.deep.equal({
      result: "previewed",
      summary: "would add edge-a/aws-sg-0a-tcp-22; remove aws-sg-0b-tcp-443",
    });
  });
});

describe("what a run says", () => {
  it("is its errors, each once, without colours and without what only says that there were some", () => {
    const events = new UpdateEvents();
    const says = (message: string, severity = "error") =>
      events.add({ diagnosticEvent: { severity, message } });
    says("<{%fg 1%}>no cleanup rule<{%reset%}>\n");
    says("no cleanup rule");
    says("update failed");
    says("a warning", "warning");
    events.addErrorsOf("Updating\nerror: incorrect passphrase\n  see above\nerror: update failed\n");
    expect(events.errors).to.deep.equal(["no cleanup rule", "incorrect passphrase\n  see above"]);
  });

  it("has a secret in none of its spellings, nor a proxy's password", () => {
    const secret = 'p&ss "wörd"/+';
    const clean = withoutSecrets(
      { PASS: secret },
      { https_proxy: "http://me:pr%26xy@10.0.0.1:3128", HTTP_PROXY: "10.0.0.1:3128" },
    );
    const spellings = [
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      new URLSearchParams({ "": secret }).toString().slice(1),
      Buffer.from(secret).toString("base64").replace(/=+$/, ""),
      Buffer.from(secret).toString("hex"),
      Buffer.from(secret).toString("hex").toUpperCase(),
    ];
    const written: string[] = [];
    const log = new RunLog(clean, (line) => written.push(line));
    for (const spelling of spellings) {
      log.say(`said ${spelling}.`);
      expect(outcomeOf("up", { ...FAILED, errors: [spelling] }, [], false, clean)).to.deep.equal({
        result: "failed",
        reason: "[secret]",
      });
    }
    expect(written).to.deep.equal(spellings.map(() => "said [secret]."));
    expect(clean("through http://me:pr%26xy@10.0.0.1:3128: pr&xy")).to.equal(
      "through http://me:[secret]@10.0.0.1:3128: [secret]",
    );
  });

  it("comes line by line, cut and counted, without secrets", () => {
    const written: string[] = [];
    const ofLines = withoutSecrets({ PEM: "-----BEGIN\nabcdef\nXYZ123\n" }, {});
    expect(["abcdef", "an XYZ123", "BEGIN"].map(ofLines)).to.deep.equal(["[secret]", "an [secret]", "BEGIN"]);
    const secrets = { PANOS_API_KEY: "k3y\n", PASS: "pass phrase", SHORT: "no" };
    const clean = withoutSecrets(secrets, { PULUMI_ACCESS_TOKEN: "pass phrase and more" });
    const log = new RunLog(clean, (line) => written.push(line));
    const lines = new Lines(log.say);
    for (const piece of ["one pass phr", "ase and more, no", "\r\n\ntwo pass phrase"]) lines.add(piece);
    lines.end();
    expect(written).to.deep.equal(["one [secret], no", "two [secret]"]);
    for (let count = 0; count < 3000; count++) log.say("y".repeat(3000));
    log.end();
    expect(written).to.have.length(2001);
    expect(written[2]).to.have.length(2002);
    expect(written.at(-1)).to.equal("… and 1002 more lines");
  });
});

describe("what Pulumi finds in a run's environment", () => {
  it("is a home to write to, with the image's plugins, where it has none", () => {
    const folder = mkdtempSync(join(tmpdir(), "aws-panos-home-"));
    try {
      mkdirSync(join(folder, "plugins", "resource-aws-v7.48.0"), { recursive: true });
      const missing = join(folder, "missing");
      const places = { plugins: join(folder, "plugins"), temporary: folder };
      pulumiEnvironment("s3://states", { PULUMI_HOME: missing }, places);
      const own = pulumiEnvironment("s3://states", { PULUMI_HOME: missing }, places);
      expect(own).to.include({
        PULUMI_BACKEND_URL: "s3://states",
        PULUMI_SKIP_CHECKPOINTS: "true",
        USER: "aws-panos",
      });
      expect(readdirSync(join(own["PULUMI_HOME"] ?? "", "plugins"))).to.include("resource-aws-v7.48.0");
      expect(pulumiEnvironment("s3://states", { PULUMI_HOME: folder })).not.to.have.property("HOME");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
