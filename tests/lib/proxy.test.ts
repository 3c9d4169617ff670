import { DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { createServer, type Server } from "node:http";
import { clientsFor } from "../../inventory/ec2/access";
import { ec2Error } from "../../inventory/ec2/refusal";
import { proxyNote } from "../../lib/net/proxy";
import { PanosClient } from "../../panos/client";
import { PanosError } from "../../panos/error";
import { withEnvironment } from "../support/environment";
import { freePort } from "../support/free-port";
import { listen, stop, urlOf } from "../support/local-server";

describe("a proxy that the environment names", () => {
  let proxy: Server;
  let asked: number;
  let putBack: () => void;

  beforeEach(async () => {
    asked = 0;
    proxy = createServer((_, response) => response.writeHead(502).end()).on("connection", () => asked++);
    await listen(proxy);
    const address = urlOf(proxy).replace("//", "//me:hunter2@");
    const names = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
    putBack = withEnvironment({
      ...Object.fromEntries(names.map((name) => [name, address])),
      ...{ no_proxy: "", NO_PROXY: "" },
    });
  });
  afterEach(async () => {
    putBack();
    await stop(proxy);
  });

  it("is not asked for a firewall, which is said where that can't be reached", async () => {
    for (const protocol of ["http", "https"] as const) {
      const connection = { protocol, hostname: "127.0.0.1", port: await freePort(), vsys: "vsys1" };
      const client = new PanosClient(
        { ...connection, apiKey: "k3y", skipVerifyCertificate: true },
        { retries: 0 },
      );
      const error = await client.get("/a").catch((each: unknown) => each);
      await client.close();
      expect(error).to.be.instanceOf(PanosError);
      expect((error as PanosError).message)
        .to.include("This program asks no proxy (https_proxy, HTTPS_PROXY, http_proxy")
        .and.not.include("hunter2");
    }
    expect(asked).to.equal(0);
  });

  it("is not asked for EC2's API, which is said where that can't be reached", async () => {
    const place = `http://127.0.0.1:${await freePort()}`;
    const endpoints = { ec2: place, sts: place };
    const keys = { accessKey: "test", secretKey: "test" };
    const clients = await clientsFor({ region: "eu-central-1", ...keys, endpoints, maxAttempts: 1 });
    const cause = await clients.ec2.send(new DescribeVpcsCommand({})).catch((error: Error) => error);
    const about = { what: "VPCs", action: "DescribeVpcs" };
    const { message } = ec2Error(about, cause as Error, { region: "eu-central-1" });
    expect(message).to.include("This program asks no proxy (https_proxy").and.not.include("hunter2");
    expect(asked).to.equal(0);
    // What EC2 itself says is no matter of the way there.
    const refused = Object.assign(new Error("no"), { name: "InternalError", $response: { statusCode: 500 } });
    expect(ec2Error(about, refused, { region: "eu-central-1" }).message).to.not.include("proxy");
  });

  it("is no matter where there is none, or none for that host", () => {
    const proxied = { https_proxy: "http://10.0.0.1:3128" };
    expect(proxyNote("fw.example.com", {})).to.equal("");
    expect(proxyNote("fw.example.com", proxied)).to.include("(https_proxy)");
    for (const no_proxy of ["*", "fw.example.com", "a, .example.com", "*.example.com b", "EXAMPLE.COM"])
      expect(proxyNote("fw.example.com", { ...proxied, no_proxy }), no_proxy).to.equal("");
    for (const NO_PROXY of ["", "other.example.com", "ample.com"])
      expect(proxyNote("fw.example.com", { ...proxied, NO_PROXY }), NO_PROXY).to.include("no proxy");
  });
});
