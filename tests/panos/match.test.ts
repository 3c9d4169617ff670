import { expect } from "chai";
import { policyMatch, type PolicyMatch } from "../../panos/match";
import { scriptedDevice } from "./scripted";

const packet = { from: "untrust", to: "trust", source: "192.0.2.1", destination: "10.0.0.1", protocol: 6 };

describe("test security-policy-match", () => {
  async function ask(rules: string): Promise<{ match: PolicyMatch | undefined; asked: URLSearchParams }> {
    const device = await scriptedDevice(
      () => `<response cmd="status" status="success"><result>${rules}</result></response>`,
    );
    try {
      const match = await policyMatch(device.client(), { ...packet, port: 443, application: "a&b" });
      return { match, asked: device.requests[0]!.parameters };
    } finally {
      await device.close();
    }
  }

  it("asks for a packet in a vsys, and reads the first rule that takes it", async () => {
    const { match, asked } = await ask(
      '<rules><entry name="web"><index>1</index><action>allow</action></entry><entry name="later"/></rules>',
    );
    expect(match).to.deep.equal({ rule: "web", action: "allow" });
    expect(asked.get("vsys")).to.equal("vsys1");
    expect(asked.get("cmd")).to.equal(
      "<test><security-policy-match><from>untrust</from><to>trust</to><source>192.0.2.1</source>" +
        "<destination>10.0.0.1</destination><protocol>6</protocol><destination-port>443</destination-port>" +
        "<application>a&amp;b</application></security-policy-match></test>",
    );
  });

  it("reads the text that older versions answer with", async () => {
    const { match } = await ask("<rules>\n\t<entry>deny all and log; index: 3</entry>\n</rules>");
    expect(match).to.deep.equal({ rule: "deny all and log", action: "" });
  });

  it("tells that no rule takes it", async () => {
    expect((await ask("<rules/>")).match).to.equal(undefined);
    expect((await ask("")).match).to.equal(undefined);
  });
});
