import { expect } from "chai";
import { approve } from "../../commands/approve/approve";
import { readFlags } from "../../commands/approve/flags";
import { FakeTerminal } from "../support/terminal";

const NOW = new Date("2026-11-21T02:14:00Z");
const read = (text: string) =>
  readFlags(
    text.split(" ").map((each) => each.replaceAll("_", " ")),
    NOW,
  );

describe("npm run approve", () => {
  it("reads who, what and until when", () => {
    expect(
      read(
        "--store approvals --group sg-0a --permission ingress_tcp/22_203.0.113.7/24 --until 24h --once --for alice",
      ),
    ).to.deep.include({
      ...{ store: "approvals", group: "sg-0a", for: "alice", once: true, until: "2026-11-22T02:14:00.000Z" },
      permission: {
        ...{ kind: "opens", direction: "ingress", text: "tcp/22", end: "203.0.113.0/24" },
        traffic: { protocol: "tcp", fromPort: 22, toPort: 22 },
      },
    });
    expect(
      read(
        "--stack prod --group sg-0a --ticket CHG-1234 --permission any_0.0.0.0/0 --until 2026-12-01T00:00:00Z",
      ),
    ).to.deep.include({ ticket: "CHG-1234", once: false });
    const list = `--store approvals --group sg-0a --permission tcp/22_pl-0a --until 1h --entries ${"0".repeat(64)}`;
    expect(read(list)).to.have.deep.property("permission", {
      ...{ kind: "opens", direction: "ingress", text: "tcp/22", end: "pl-0a", entries: "0".repeat(64) },
      traffic: { protocol: "tcp", fromPort: 22, toPort: 22 },
    });
    expect(read("--tag firewall-approved=yes --rule sgr-0a")).to.deep.equal({
      ...{ tag: "firewall-approved=yes", rule: "sgr-0a", region: undefined },
    });
  });

  it("says everything that is wrong at once", () => {
    const wrong = read("--group web --permission tcp/22 --until 2020-01-01T00:00:00Z");
    expect(wrong).to.have.property("problem");
    for (const problem of ["--stack NAME", "--group:", "--permission", "--until:"]) {
      expect((wrong as { problem: string }).problem).to.include(problem);
    }
    const ticket = read("--store approvals --group sg-0a --ticket CHG-1234 --until 1h");
    expect((ticket as { problem: string }).problem).to.include("--ticket alone approves nothing");
    expect((read("--tag a=b --rule web") as { problem: string }).problem).to.include("--rule: give");
    expect((read("--nonsense") as { problem: string }).problem).to.include("nonsense");
  });

  it("ends with 2 where arguments are wrong, and shows how to use it", async () => {
    const { input, output } = new FakeTerminal();
    const terminal = new FakeTerminal();
    const code = await approve([], { input, output: terminal.output, folder: ".", environment: {} });
    expect(code).to.equal(2);
    expect(terminal.seen).to.include("npm run approve -- --stack NAME");
    void output;
  });
});
