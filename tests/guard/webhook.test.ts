import { createServer, type Server } from "node:http";
import path from "node:path";
import { expect } from "chai";
import { isSecret, postTo } from "../../guard/webhook";
import { deployed, HUB, REGION } from "../support/deployed-trigger";
import { listen, stop, urlOf } from "../support/local-server";
import { SecretsManager } from "../support/secrets-manager";

const SECRET = `arn:aws:secretsmanager:${REGION}:${HUB}:secret:scan-Ab12Cd`;
const POLICY = path.join(__dirname, "..", "..", "guard", "guard.example.yaml");
const ISOLATED = [{ summary: "i-0a is isolated", escalated: false }];

describe("guard: the webhook", () => {
  let secrets: SecretsManager;
  let server: Server;
  const posted: string[] = [];
  const environment = { ...process.env };
  beforeEach(async () => {
    posted.length = 0;
    server = createServer((incoming, outgoing) => {
      posted.push(incoming.url ?? "");
      outgoing.writeHead(incoming.url === "/down" ? 503 : 200).end();
    });
    await listen(server);
    secrets = await SecretsManager.start();
    Object.assign(process.env, secrets.env);
  });
  afterEach(async () => {
    for (const name of Object.keys(secrets.env)) delete process.env[name];
    Object.assign(process.env, environment);
    await Promise.all([secrets.stop(), stop(server)]);
  });

  const post = (webhook: string) => postTo(webhook)(ISOLATED, AbortSignal.timeout(5000));
  const failure = (webhook: string) =>
    post(webhook).then(
      () => "",
      (error: Error) => error.message,
    );

  it("is posted to at the address that its secret holds", async () => {
    expect(isSecret(SECRET)).to.equal(true);
    // Only https leaves for it, which this server is not: what it asks for is seen by the answer that fails.
    secrets.set(SECRET, `https://127.0.0.1:1/s3cret\n`);
    expect(await failure(SECRET)).to.equal("the webhook does not answer");
    expect(secrets.requests.map(({ action }) => action)).to.deep.equal(["GetSecretValue"]);
    // Read each time: a new one counts at once.
    secrets.set(SECRET, "https://127.0.0.1:1/an0ther");
    await failure(SECRET);
    expect(secrets.requests).to.have.length(2);
  });

  it("says neither the address nor what the secret holds", async () => {
    for (const text of ["s3cret", "http://127.0.0.1/s3cret", "https://s3 cret", "ftp://s3cret"]) {
      secrets.set(SECRET, text);
      expect(await failure(SECRET)).to.equal(`the text of ${SECRET} is no https address`);
    }
    expect(await failure(`${urlOf(server)}/down`)).to.equal("the webhook answered with status 503");
    await post(`${urlOf(server)}/up`);
    expect(posted).to.deep.equal(["/down", "/up"]);
    expect(await failure("https://127.0.0.1:1/s3cret")).to.equal("the webhook does not answer");
  });

  it("is read by the guard's function alone, and only where a secret is named", async () => {
    const image = { imageUri: `${HUB}.dkr.ecr.${REGION}.amazonaws.com/panos:1` };
    const reads = async (webhook?: string) => {
      const { statements, one } = await deployed({ ...image, guard: { policy: POLICY, webhook } });
      const { variables } = one("Function", "guard").inputs["environment"] as {
        variables: Record<string, string>;
      };
      const found = statements.filter(({ Sid }) => Sid === "ReadWhereToPost");
      return [variables["GUARD_WEBHOOK"], found.map(({ where, Resource }) => [where, Resource])];
    };
    expect(await reads(SECRET)).to.deep.equal([SECRET, [["RolePolicy guard", SECRET]]]);
    expect(await reads("https://hooks.example.com/scan")).to.deep.equal([
      "https://hooks.example.com/scan",
      [],
    ]);
    expect(await reads()).to.deep.equal(["", []]);
  });
});
