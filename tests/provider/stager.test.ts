import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { noteArrival } from "../../provider/session/arrivals";
import { Stager } from "../../provider/session/stager";
import { DROP, scriptedDevice, type ScriptedDevice } from "../panos/scripted";

const OK = '<response status="success" code="20"><msg>command succeeded</msg></response>';

/** Refuses a request that holds an operation on `name`, as the device does: naming the operation, or not. */
function refusing(name: string, named: boolean) {
  return ({ parameters }: { parameters: URLSearchParams }): string => {
    const element = parameters.get("element") ?? "";
    const id = new RegExp(`id="(\\d+)" xpath="/${name}"`).exec(element)?.[1];
    if (id === undefined) return OK;
    const attribute = named ? ` id="${id}"` : "";
    return `<response status="error" code="12"><response status="error" code="12"${attribute}><msg><line>${name} is bad</line></msg></response></response>`;
  };
}

const change = (name: string) => [{ action: "edit" as const, xpath: `/${name}`, element: `<${name}/>` }];

describe("staging", () => {
  let device: ScriptedDevice;
  afterEach(() => device.close());

  it("sends changes that arrive together as one request", async () => {
    device = await scriptedDevice(() => OK);
    let staged = 0;
    const stager = new Stager(device.client(), (changes) => (staged += changes));
    await Promise.all(["a", "b", "c"].map((name) => stager.stage(change(name))));
    expect(device.requests).to.have.length(1);
    expect(staged).to.equal(3);
  });

  it("waits as long as Pulumi asks about resources: a change may follow", async () => {
    device = await scriptedDevice(() => OK);
    const stager = new Stager(device.client(), () => undefined);
    const first = stager.stage(change("a"));
    for (let asked = 0; asked < 12; asked++) {
      noteArrival();
      await delay(10);
    }
    await Promise.all([first, stager.stage(change("b"))]);
    expect(device.requests).to.have.length(1);
  });

  it("waits longer once changes have come too late for a request, as on a busy machine", async () => {
    device = await scriptedDevice(() => delay(60, OK));
    const stager = new Stager(device.client(), () => undefined);
    const staged: Promise<void>[] = [];
    for (let at = 0; at < 20; at++) {
      staged.push(stager.stage(change(`rule-${at}`)));
      await delay(45);
    }
    await Promise.all(staged);
    expect(device.requests.length).to.be.lessThan(6);
  });

  for (const named of [true, false]) {
    it(`fails a refused change alone, ${named ? "named by the device" : "found by halves"}`, async () => {
      device = await scriptedDevice(refusing("c", named));
      const stager = new Stager(device.client(), () => undefined);
      const names = ["a", "b", "c", "d", "e"];
      const results = await Promise.allSettled(names.map((name) => stager.stage(change(name))));
      expect(results.map(({ status }) => status)).to.deep.equal([
        "fulfilled",
        "fulfilled",
        "rejected",
        "fulfilled",
        "fulfilled",
      ]);
      const [rejected] = results.filter((result) => result.status === "rejected");
      expect((rejected?.reason as Error).message).to.contain("c is bad");
    });
  }

  it("keeps the operations of one change together", async () => {
    device = await scriptedDevice(refusing("b", true));
    const stager = new Stager(device.client(), () => undefined);
    const two = [...change("a"), ...change("b")];
    const results = await Promise.allSettled([stager.stage(two), stager.stage(change("c"))]);
    expect(results.map(({ status }) => status)).to.deep.equal(["rejected", "fulfilled"]);
    expect(device.requests.at(-1)?.parameters.get("element")).not.to.contain("/a");
  });

  describe("where the device takes no move beside the writing of what is moved", () => {
    const written = (name: string) => [
      ...change(name),
      { action: "move" as const, xpath: `/${name}`, where: "before" as const, dst: "cleanup" },
    ];
    const REFUSED =
      '<response status="error" code="13"><response status="error" code="13"><msg><line>no</line></msg></response></response>';
    const elements = () => device.requests.map(({ parameters }) => parameters.get("element") ?? "");

    it("sends the moves apart, and after the first refusal at once", async () => {
      device = await scriptedDevice(({ parameters }) => {
        const element = parameters.get("element") ?? "";
        return element.includes("<edit") && element.includes("<move") ? REFUSED : OK;
      });
      const stager = new Stager(device.client(), () => undefined);
      await Promise.all(["a", "b", "c"].map((name) => stager.stage(written(name))));
      const before = device.requests.length;
      await stager.stage(written("d"));
      expect(
        elements()
          .slice(before)
          .map((element) => /<(edit|move)/.exec(element)?.[1]),
      ).to.deep.equal(["edit", "move"]);
    });

    it("takes back what is new and can't be moved at all", async () => {
      device = await scriptedDevice(({ parameters }) => {
        if (parameters.get("action") === "show")
          return '<response status="error"><msg><line>No such node</line></msg></response>';
        return parameters.get("element")?.includes("<move") ? REFUSED : OK;
      });
      const stager = new Stager(device.client(), () => undefined);
      const [result] = await Promise.allSettled([stager.stage(written("a"))]);
      expect(result?.status).to.equal("rejected");
      expect(device.requests.at(-1)?.parameters.get("action")).to.equal("delete");
    });
  });

  it("stays under the device's limits on a request", async () => {
    device = await scriptedDevice(() => OK);
    const stager = new Stager(device.client(), () => undefined);
    const large = { action: "edit" as const, xpath: "/large", element: "<".repeat(500_000) };
    await Promise.all(Array.from({ length: 6 }, () => stager.stage([large])));
    expect(device.requests.map(({ headers }) => Number(headers["content-length"]) < 5_000_000)).to.deep.equal(
      [true, true, true],
    );
    await Promise.all(Array.from({ length: 1001 }, () => stager.stage(change("a"))));
    expect(device.requests).to.have.length(6);
  });

  it("rejects all of a request that the device can't have judged", async () => {
    device = await scriptedDevice(() => DROP);
    const stager = new Stager(device.client(), () => undefined);
    const results = await Promise.allSettled(["a", "b"].map((name) => stager.stage(change(name))));
    expect(results.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    expect(device.requests).to.have.length(1);
  });
});
