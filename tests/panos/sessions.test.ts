import { expect } from "chai";
import { endSession, sessionsOf } from "../../panos/sessions";
import { scriptedDevice, type ScriptedDevice } from "./scripted";

const entry = (sport: number, application = "ssl", vsys = "vsys1") =>
  "<entry><dst>10.0.0.1</dst><source>203.0.113.5</source><xsource>192.0.2.1</xsource><proto>6</proto>" +
  `<sport>${sport}</sport><dport>443</dport><from>untrust</from><to>trust</to><idx>${sport}</idx>` +
  `<vsys>${vsys}</vsys><application>${application}</application><security-rule>web</security-rule></entry>`;
const answer = (inner: string) => `<response status="success"><result>${inner}</result></response>`;

describe("the session table", () => {
  let device: ScriptedDevice;
  afterEach(() => device.close());

  it("is read a page at a time, by the rule, as the policy sees it", async () => {
    const page = Array.from({ length: 1024 }, (_, index) => entry(index + 1)).join("");
    device = await scriptedDevice(({ parameters }) =>
      answer(parameters.get("cmd")?.includes("<start-at>1025</start-at>") ? entry(5000) : page),
    );
    const sessions = await sessionsOf(device.client(), "web & more");
    expect(sessions).to.have.length(1025);
    expect(sessions.at(-1)).to.deep.equal({
      packet: {
        from: "untrust",
        to: "trust",
        source: "203.0.113.5",
        destination: "10.0.0.1",
        protocol: 6,
        port: 443,
        application: "ssl",
      },
      sourcePort: 5000,
    });
    expect(device.requests[0]!.parameters.get("cmd")).to.include(
      "<filter><rule>web &amp; more</rule></filter>",
    );
  });

  it("holds no other vsys's sessions, and no application that isn't recognised", async () => {
    device = await scriptedDevice(() =>
      answer(entry(1, "ssl", "vsys2") + entry(2, "undecided") + entry(3, "unknown-tcp")),
    );
    const sessions = await sessionsOf(device.client(), "web");
    expect(sessions.map(({ sourcePort }) => sourcePort)).to.deep.equal([2, 3]);
    expect(sessions.every(({ packet }) => !("application" in packet))).to.equal(true);
  });

  it("loses a session by its addresses and ports", async () => {
    device = await scriptedDevice(() => answer(entry(7)));
    const client = device.client();
    const [session] = await sessionsOf(client, "web");
    await endSession(client, session!);
    expect(device.requests.at(-1)!.parameters.get("cmd")).to.equal(
      "<clear><session><all><filter><source>203.0.113.5</source><destination>10.0.0.1</destination>" +
        "<source-port>7</source-port><destination-port>443</destination-port><protocol>6</protocol>" +
        "</filter></all></session></clear>",
    );
  });
});
