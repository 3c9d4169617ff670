import { expect } from "chai";
import { PanosClient } from "../../panos/client";
import { CONNECTION_ENVIRONMENT, connectionFrom } from "../../panos/connection";
import { PanosError } from "../../panos/error";
import { randomOf } from "../mapping/oracle/random";

/** What stands in a setting after a slip, a wrong field of a form, or a variable of something else. */
const ODD = [
  ...[
    "",
    " ",
    "0",
    "-1",
    "1e2",
    "0x1bb",
    "443.0",
    " 443",
    "65536",
    "true ",
    "TRUE",
    "yes",
    "null",
    "undefined",
  ],
  ...[
    "10.0.0.256",
    "10.0.0.010",
    "0177.0.0.01",
    "10.1",
    "2130706433",
    "1.2.3.4.5",
    "10.0.0.1.",
    "10.0.0.0/8",
  ],
  ...[":", "::", ":::", "[::1", "::1]", "[::1]", "[]", "1::2::3", "fe80::1%eth0", "::ffff:10.0.0.1"],
  ...[
    "xn--a",
    "xn--",
    "a..b",
    ".",
    "-",
    "fw1 ",
    "fw1\n",
    "fw1:443",
    "fw1/api",
    "fw1?x",
    "fw1#x",
    "fw1\\x",
    "fẁ1",
  ],
  ...[
    "https://fw1",
    "HTTPS",
    "file:///etc/passwd",
    "a@b",
    "${HOME}",
    "{}",
    "[]",
    '{"secure":"x"}',
    "\0",
    "/",
  ],
  ...["__proto__", "constructor", "x".repeat(9_000), "arn:aws:secretsmanager:", "\ud800"],
];

const KEYS = Object.keys(CONNECTION_ENVIRONMENT) as (keyof typeof CONNECTION_ENVIRONMENT)[];
const GOOD: Record<string, string> = { hostname: "fw9.example.com", apiKey: "key" };

/** Where a client of this configuration sends its requests; or what is said instead. */
async function outcome(config: Record<string, string>, environment: NodeJS.ProcessEnv = {}) {
  const { connection, problems } = connectionFrom((key) => config[key], environment);
  if (connection === undefined) return { said: problems.map((each) => `${each.key} ${each.problem}`) };
  try {
    const client = new PanosClient(connection);
    await client.close();
    return { connection };
  } catch (error) {
    if (!(error instanceof PanosError)) throw error;
    return { said: [error.message] };
  }
}

describe("odd values of a firewall's settings", () => {
  for (const key of KEYS) {
    it(`are told with ${key}, where they can't be used`, async () => {
      for (const value of ODD) {
        const variable = CONNECTION_ENVIRONMENT[key];
        const login = { hostname: "fw9.example.com", password: "p" };
        const rest = key === "apiKeySecret" || key === "username" ? login : { ...login, ...GOOD };
        const both = [await outcome({ ...rest, [key]: value }), await outcome(rest, { [variable]: value })];
        for (const { said = [] } of both) {
          for (const each of said) expect(each, JSON.stringify(value)).to.match(/^panos:/);
          const own = said.filter((each) => each.startsWith(`panos:${key}`));
          // Nothing is the same as not set.
          if (said.length > 0 && value !== "")
            expect(own, `${JSON.stringify(value)}: ${said.join()}`).not.to.deep.equal([]);
        }
      }
    });
  }

  it("reach no other host than is written: whatever is made of digits, dots and colons", async () => {
    const parts = ["0", "1", "10", "010", "08", "255", "256", "0x7f", "a", "xn--a", "fw", "-", "_", ""];
    let taken = 0;
    for (let run = 0; run < 3_000; run++) {
      const { below, pick } = randomOf(7, run);
      const between = pick([".", ".", ":", "::"]);
      const text = Array.from({ length: 1 + below(7) }, () => pick(parts)).join(between);
      const hostname = pick([text, text, `[${text}]`, `[${text}`, `${text}.`]);
      const { connection } = await outcome({ ...GOOD, hostname });
      if (connection === undefined) continue;
      taken++;
      const url = `https://${hostname.replace(/^([^[]*:.*)$/, "[$1]")}`;
      expect(URL.canParse(url), hostname).to.equal(true);
      if (!hostname.includes(":")) expect(new URL(url).hostname).to.equal(hostname.toLowerCase());
    }
    expect(taken).to.be.above(100);
  });

  it("are no port but in digits", async () => {
    for (const port of ["0x1bb", "4e2", "443.0", " 443", "+443", "-0"])
      expect((await outcome({ ...GOOD, port })).said, port).to.deep.equal([
        `panos:port (or PANOS_PORT) ${JSON.stringify(port)} is not a port number from 1 to 65535`,
      ]);
  });

  it("say of an IPv4 address how one is written", async () => {
    for (const hostname of ["10.0.0.256", "10.0.0.010", "1.2.3.4.5", "10.1"])
      expect((await outcome({ ...GOOD, hostname })).said?.join()).to.contain(
        `panos:hostname (or PANOS_HOSTNAME) "${hostname}" is not a host name or an address: an IPv4 address is four`,
      );
  });
});
