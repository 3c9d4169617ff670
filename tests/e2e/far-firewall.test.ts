import { expect } from "chai";
import { account, type Permission } from "../support/account";
import { Lab, succeeded } from "../support/lab";
import { serialDepth } from "../support/serial-depth";

/** Long enough that what is asked at once arrives before the first of it is answered, on a busy machine too. */
const DELAY_MS = 150;
const RULES: Permission[] = Array.from({ length: 10 }, (_, group) => ({ group, port: 8000 + group }));

describe("e2e: a far firewall", function () {
  this.timeout(120_000);
  let lab: Lab;
  afterEach(() => lab.close());

  it("is asked as little, and as much at once, as an update of one rule and of none allows", async () => {
    lab = await Lab.open();
    await lab.setAccount(account(RULES));
    const stack = await lab.stack({
      // No handshakes, which take a busy machine longer than the answers.
      settings: { "panos:protocol": "http" },
      env: { PANOS_PORT: String(lab.firewall.httpPort) },
    });
    succeeded(await stack.up());
    lab.firewall.addFault({ probability: 1, effect: { do: "delay", ms: DELAY_MS } });

    /** A machine that is too busy for a moment asks later what it asks at once; never less or earlier. */
    const leastOf = async (rounds: number, enough: number, change: (round: number) => Promise<void>) => {
      const depths: number[] = [];
      let count = 0;
      for (let round = 0; round < rounds && !depths.some((depth) => depth <= enough); round++) {
        await change(round);
        const { result, requests } = await lab.during(() => stack.up());
        succeeded(result);
        depths.push(serialDepth(requests, DELAY_MS));
        count = requests.length;
      }
      return { requests: count, depth: Math.min(...depths) };
    };

    const none = await leastOf(3, 3, () => Promise.resolve());
    expect(none.requests).to.be.at.most(10);
    expect(none.depth).to.be.at.most(3);

    const one = await leastOf(3, 12, (round) => {
      const changed = { ...RULES[0]!, cidr: `198.51.100.${round}/32` };
      return lab.setAccount(account([changed, ...RULES.slice(1)]));
    });
    expect(one.requests).to.be.at.most(31);
    expect(one.depth).to.be.at.most(12);
  });
});
