import { expect } from "chai";
import { readRegistrations, registrationKey, sendRegistrations } from "../../panos/registered";
import { failure, scriptedDevice, type ScriptedDevice } from "./scripted";

const entry = (ip: string, ...tags: string[]) =>
  `<entry ip="${ip}" from_agent="0" persistent="1"><tag>${tags.map((tag) => `<member>${tag}</member>`).join("")}</tag></entry>`;
const answer = (entries: string[]) =>
  `<response status="success"><result>${entries.join("")}<count>${entries.length}</count></result></response>`;
const refused = (...messages: [ip: string, message: string][]) =>
  '<response status="error"><msg><line><uid-response><version>2.0</version><payload><register>' +
  messages.map(([ip, message]) => `<entry ip="${ip}" message="${message}"/>`).join("") +
  "</register></payload></uid-response></line></msg></response>";

describe("a registration", () => {
  it("is one and the same however its address is spelled", () => {
    const key = (address: string) => registrationKey({ address, tag: "t" });
    expect(key("2001:DB8:0::1")).to.equal(key("2001:db8::1"));
    expect(key("10.0.0.1/32")).to.equal(key("10.0.0.1"));
    expect(key("10.0.0.1")).not.to.equal(key("10.0.0.10"));
  });
});

describe("registered addresses", () => {
  let device: ScriptedDevice;
  afterEach(() => device.close());

  it("are read page by page, up to a short one, and only with the tags asked for", async () => {
    const all = Array.from({ length: 1000 }, (_, n) =>
      entry(`10.0.${n >> 8}.${n & 255}`, n % 100 ? "theirs" : "ours", "x"),
    );
    device = await scriptedDevice(({ parameters }) => {
      const start = Number(/<start-point>(\d+)</.exec(parameters.get("cmd") ?? "")?.[1]);
      expect(parameters.get("vsys")).to.equal("vsys1");
      return answer(all.slice(start - 1, start + 499));
    });
    const found = await readRegistrations(device.client(), (tag) => tag === "ours");
    expect(found).to.have.length(10);
    expect(found[1]).to.deep.equal({ address: "10.0.0.100", tag: "ours" });
    expect(device.requests).to.have.length(3);
  });

  for (const isUnregistered of [true, false]) {
    const what = isUnregistered ? "one goes" : "one comes";
    it(`are read again where ${what} between two pages: none is missed`, async () => {
      const all = Array.from({ length: 1200 }, (_, n) => entry(`10.0.${n >> 8}.${n & 255}`, "ours"));
      device = await scriptedDevice(({ parameters }) => {
        const start = Number(/<start-point>(\d+)</.exec(parameters.get("cmd") ?? "")?.[1]);
        const page = answer(all.slice(start - 1, start + 499));
        if (device.requests.length === 1 && isUnregistered) all.splice(7, 1);
        else if (device.requests.length === 1) all.splice(7, 0, entry("10.1.0.1", "ours"));
        return page;
      });
      const found = await readRegistrations(device.client(), () => true);
      expect(found.map(({ address }) => address)).to.deep.equal(
        all.map((each) => /ip="([^"]*)"/.exec(each)?.[1]),
      );
    });
  }

  it("are read again later where many come for a while, as when a fleet starts", async () => {
    const all = Array.from({ length: 1200 }, (_, n) => entry(`10.0.${n >> 8}.${n & 255}`, "ours"));
    const atRest = Date.now() + 700;
    device = await scriptedDevice(({ parameters }) => {
      const start = Number(/<start-point>(\d+)</.exec(parameters.get("cmd") ?? "")?.[1]);
      if (Date.now() < atRest) all.unshift(entry(`10.1.${all.length >> 8}.${all.length & 255}`, "ours"));
      return answer(all.slice(start - 1, start + 499));
    });
    expect(await readRegistrations(device.client(), () => true)).to.have.length(all.length);
  });

  it("that never stay as they are between two pages fail the read", async function () {
    this.timeout(20_000);
    let first = 0;
    device = await scriptedDevice(({ parameters }) => {
      const start = Number(/<start-point>(\d+)</.exec(parameters.get("cmd") ?? "")?.[1]);
      first++;
      return answer(
        Array.from({ length: 500 }, (_, n) => entry(`10.${first}.${(start + n) >> 8}.${n & 255}`, "ours")),
      );
    });
    expect((await failure(readRegistrations(device.client(), () => true))).code).to.equal("BUSY");
  });

  for (const [what, takesLimit] of [
    ["turns no page", true],
    ["takes no limit", false],
  ] as const) {
    it(`are read whole where the device ${what}`, async () => {
      const all = Array.from({ length: 700 }, (_, n) => entry(`10.0.${n >> 8}.${n & 255}`, "ours"));
      device = await scriptedDevice(({ parameters }) => {
        if (!parameters.get("cmd")?.includes("<limit>")) return answer(all);
        if (takesLimit) return answer(all.slice(0, 500));
        return '<response status="error" code="17"><msg><line>limit unexpected here</line></msg></response>';
      });
      expect(await readRegistrations(device.client(), () => true)).to.have.length(700);
    });
  }

  it("are read page by page without all, where the two exclude each other", async () => {
    const all = Array.from({ length: 700 }, (_, n) => entry(`10.0.${n >> 8}.${n & 255}`, "ours"));
    device = await scriptedDevice(({ parameters }) => {
      const cmd = parameters.get("cmd") ?? "";
      const start = Number(/<start-point>(\d+)</.exec(cmd)?.[1] ?? NaN);
      if (cmd.includes("<all/>"))
        return '<response status="error" code="17"><msg><line>limit unexpected here</line></msg></response>';
      return answer(all.slice(start - 1, start + 499));
    });
    expect(await readRegistrations(device.client(), () => true)).to.have.length(700);
    expect(device.requests).to.have.length(3);
  });

  for (const [what, body] of [
    ["no result", "<response status='success'></response>"],
    ["an empty result", "<response status='success'><result/></response>"],
    ["a count of 0", "<response status='success'><result><count>0</count></result></response>"],
  ] as const) {
    it(`are none in ${what}`, async () => {
      device = await scriptedDevice(() => body);
      expect(await readRegistrations(device.client(), () => true)).to.deep.equal([]);
    });
  }

  it("are sent with all tags of an address in one entry, for good", async () => {
    device = await scriptedDevice(() => "<response status='success'><result/></response>");
    const refusals = await sendRegistrations(device.client(), "register", [
      { address: "10.0.0.1", tag: "a" },
      { address: "10.0.0.2", tag: "a" },
      { address: "10.0.0.1", tag: "b<" },
    ]);
    expect(refusals).to.deep.equal([]);
    const sent = Object.fromEntries(device.requests[0]!.parameters);
    expect(sent).to.deep.include({ type: "user-id", vsys: "vsys1" });
    expect(sent["cmd"]).to.equal(
      "<uid-message><version>2.0</version><type>update</type><payload><register>" +
        '<entry ip="10.0.0.1" persistent="1"><tag><member>a</member><member>b&lt;</member></tag></entry>' +
        '<entry ip="10.0.0.2" persistent="1"><tag><member>a</member></tag></entry></register></payload></uid-message>',
    );
  });

  it("may be refused one by one: what is so already is no refusal", async () => {
    device = await scriptedDevice(() =>
      refused(
        ["10.0.0.1", "tag a already exists, ignore"],
        ["10.0.0.2", "ip 10.0.0.2 does not exist, ignore unreg"],
        ["10.0.0.3", "no room"],
      ),
    );
    expect(await sendRegistrations(device.client(), "register", [])).to.deep.equal(["10.0.0.3: no room"]);
  });

  it("may be refused altogether, and are never sent twice for a lost answer", async () => {
    device = await scriptedDevice(() => ({
      status: 403,
      body: "<response status = 'error' code = '403'><result><msg>Type [user-id] not authorized for user role.</msg></result></response>",
    }));
    const error = await failure(sendRegistrations(device.client(), "register", []));
    expect(error.code).to.equal("FORBIDDEN");
    expect(error.message).to.include("Type [user-id]").and.to.include("docs/install.md");
    await device.close();
    device = await scriptedDevice(() => ({ status: 503, body: "" }));
    expect((await failure(sendRegistrations(device.client(), "unregister", []))).code).to.equal("AMBIGUOUS");
    expect(device.requests).to.have.length(1);
  });
});
