import { expect } from "chai";
import { DROP, failure, type ScriptedDevice, scriptedDevice, type ScriptedRequest } from "./scripted";

const OK = '<response status="success" code="20"><msg>command succeeded</msg></response>';
const DATA =
  '<response status="success" code="19"><result total-count="1" count="1"><rules/></result></response>';
const REFUSED = {
  status: 403,
  body: "<response status = 'error' code = '403'><result><msg>Invalid Credential</msg></result></response>",
};
const key = (value: string) => `<response status = 'success'><result><key>${value}</key></result></response>`;
const isKeygen = ({ parameters }: ScriptedRequest) => parameters.get("type") === "keygen";

describe("the client of the XML API", () => {
  let device: ScriptedDevice;
  afterEach(() => device.close());

  it("sends the key as a header and everything else in the body, nothing in the URL", async () => {
    device = await scriptedDevice(() => DATA);
    await device.client().get("/config/x");
    const [request] = device.requests;
    expect(request?.url).to.equal("/api/");
    expect(request?.headers["x-pan-key"]).to.equal("key-1");
    expect(Object.fromEntries(request!.parameters)).to.deep.equal({
      type: "config",
      action: "get",
      xpath: "/config/x",
    });
  });

  it("logs in once for all who wait, and once more when the key is refused", async () => {
    let generation = 0;
    device = await scriptedDevice((request) => {
      if (isKeygen(request)) return key(`key-${++generation}`);
      return request.headers["x-pan-key"] === "key-2" ? DATA : REFUSED;
    });
    const client = device.client({ username: "admin", password: "secret" });
    const results = await Promise.all(["/a", "/b", "/c", "/d"].map((xpath) => client.get(xpath)));
    expect(results.every((result) => result !== undefined)).to.equal(true);
    expect(generation).to.equal(2);
  });

  it("renews a refused key only once, and then says which settings to check", async () => {
    device = await scriptedDevice((request) => (isKeygen(request) ? key("key-x") : REFUSED));
    const error = await failure(
      device.client({ apiKey: "key-1", username: "admin", password: "hunter2" }).get("/a"),
    );
    expect(error.code).to.equal("KEY_REFUSED");
    expect(error.message).to.contain("panos:apiKey").and.not.contain("hunter2").and.not.contain("key-");
    expect(device.requests.filter(isKeygen)).to.have.length(1);
  });

  it("remembers no failed login: the next call tries again", async () => {
    let open = false;
    device = await scriptedDevice((request) => (!isKeygen(request) ? DATA : open ? key("k") : REFUSED));
    const client = device.client({ username: "admin", password: "p" });
    expect((await failure(client.get("/a"))).code).to.equal("LOGIN_REFUSED");
    open = true;
    expect(await client.get("/a")).not.to.equal(undefined);
  });

  it("repeats a read whose answer was lost", async () => {
    let calls = 0;
    device = await scriptedDevice(() =>
      ++calls === 1 ? DROP : calls === 2 ? { status: 503, body: "" } : DATA,
    );
    expect(await device.client().get("/a")).not.to.equal(undefined);
    expect(calls).to.equal(3);
  });

  it("never repeats a write whose answer was lost, and says that it may have happened", async () => {
    device = await scriptedDevice(() => DROP);
    const error = await failure(device.client().edit("/a", "<a/>"));
    expect(error.code).to.equal("AMBIGUOUS");
    expect(device.requests).to.have.length(1);
  });

  it("repeats a write that the device says it did not carry out", async () => {
    let calls = 0;
    const busy =
      '<response status="error"><msg><line>Timed out while getting config lock. Please try again.</line></msg></response>';
    device = await scriptedDevice(() => (++calls === 1 ? busy : OK));
    await device.client().multiConfig([{ action: "delete", xpath: "/a" }]);
    expect(calls).to.equal(2);
  });

  it("has at most five requests under way", async () => {
    let underWay = 0;
    let most = 0;
    device = await scriptedDevice(async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return DATA;
    });
    const client = device.client();
    await Promise.all(Array.from({ length: 40 }, (_, index) => client.get(`/${index}`)));
    expect(device.requests).to.have.length(40);
    expect(most).to.be.at.most(5);
  });

  it("gives up on an answer that doesn't come", async () => {
    device = await scriptedDevice(() => new Promise(() => undefined));
    const client = device.client({}, { deadlineMs: 50 });
    expect((await failure(client.get("/a"))).code).to.equal("TIMEOUT");
    // A write may have been carried out nevertheless.
    expect((await failure(client.edit("/a", "<a/>"))).code).to.equal("AMBIGUOUS");
    expect((await failure(client.commit("<commit/>"))).code).to.equal("AMBIGUOUS");
    expect(device.requests).to.have.length(3);
  });

  it("says which host and port can't be reached", async () => {
    device = await scriptedDevice(() => DATA);
    await device.close();
    const error = await failure(device.client({}, { retries: 1 }).get("/a"));
    expect(error.code).to.equal("UNREACHABLE");
    expect(error.message).to.contain(`127.0.0.1:${device.port}`).and.contain("panos:hostname");
  });

  it("tells absence from failure, in the candidate and in running", async () => {
    device = await scriptedDevice(({ parameters }) =>
      parameters.get("action") === "get"
        ? '<response status="success" code="7"><result/></response>'
        : '<response status="error"><msg><line>No such node</line></msg></response>',
    );
    expect(await device.client().get("/a")).to.equal(undefined);
    expect(await device.client().show("/a")).to.equal(undefined);
  });

  it("sends hostile names intact in a multi-config request", async () => {
    device = await scriptedDevice(() => OK);
    const xpath = `/config/entry[@name="a'b<&"]`;
    await device.client().multiConfig([{ action: "move", xpath, where: "before", dst: `"<&'` }]);
    expect(device.requests[0]?.parameters.get("element")).to.equal(
      `<multi-config><move id="0" xpath="/config/entry[@name=&quot;a'b&lt;&amp;&quot;]" where="before" dst="&quot;&lt;&amp;'"></move></multi-config>`,
    );
  });
});
