import { expect } from "chai";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { comment } from "../../ci/comment";
import { issue } from "../../ci/issue";
import { marker } from "../../review/change/markdown";
import { CodeHost } from "../support/code-host";
import { runIn, type Command } from "../support/terminal";

const STACK = "organization/aws-panos-rules/prod";
const BOTS = { github: "github-actions[bot]", gitlab: "77" };

describe("what a pipeline tells its host", () => {
  let host: CodeHost;
  let folder: string;
  beforeEach(async () => {
    host = await CodeHost.start();
    folder = await mkdtemp(join(tmpdir(), "aws-panos-ci-"));
    await mkdir(join(folder, "review"));
    await writeReview("Opens 1");
    await writeEvent("owner/name");
  });
  afterEach(async () => {
    await host.stop();
    await rm(folder, { recursive: true });
  });

  const writeReview = (text: string) =>
    writeFile(join(folder, "review", "review.md"), `${marker(STACK)}\n**${text}**\n`);
  const writeEvent = (from: string) =>
    writeFile(
      join(folder, "event.json"),
      JSON.stringify({ pull_request: { number: 7, head: { repo: { full_name: from } } } }),
    );

  const run = (command: Command, args: string[], environment: NodeJS.ProcessEnv) =>
    runIn(folder, command, args, environment, host.token);

  for (const kind of ["github", "gitlab"] as const) {
    const environment = () =>
      host[kind](kind === "github" ? { GITHUB_EVENT_PATH: join(folder, "event.json") } : {});
    const say = () => run(comment, ["prod", "review"], environment());

    describe(kind, () => {
      it("makes one comment, and updates it in place", async () => {
        expect(await say()).to.include({ code: 0 });
        await writeReview("Opens 2");
        expect((await say()).text).to.include("updated");
        expect(host.comments).to.have.length(1);
        expect(host.comments[0]!.body)
          .to.include("Opens 2")
          .and.include("among the artifacts of [this run](https://");
      });

      it("finds its comment on a later page, among those of others with the same first line", async () => {
        const body = `${marker(STACK)}\nold`;
        for (let id = 1; id <= 230; id += 1) host.comments.push({ id, author: "12", body: "a remark" });
        host.comments.unshift({ id: 500, author: "13", body });
        host.comments.push({
          id: 501,
          author: BOTS[kind],
          body: `${marker("organization/aws-panos-rules/test")}\nold`,
        });
        host.comments.push({ id: 502, author: BOTS[kind], body });
        expect(await say()).to.include({ code: 0 });
        const changed = host.comments.filter((each) => each.body.includes("Opens 1"));
        expect(changed.map(({ id }) => id)).to.deep.equal([502]);
        expect(host.comments).to.have.length(233);
      });

      it("makes a new one where somebody deletes it meanwhile", async () => {
        host.comments.push({ id: 3, author: BOTS[kind], body: `${marker(STACK)}\nold` });
        host.beforeUpdate = () => void host.comments.splice(0);
        expect(await say()).to.include({ code: 0 });
        expect(host.comments).to.have.length(1);
        expect(host.comments[0]!.body).to.include("Opens 1");
      });

      it("says that a review failed in place of an earlier one, and nothing without one", async () => {
        await rm(join(folder, "review", "review.md"));
        expect((await say()).text).to.include("no review to show");
        expect(host.comments).to.deep.equal([]);
        host.comments.push({ id: 3, author: BOTS[kind], body: `${marker(STACK)}\nOpens nothing` });
        expect(await say()).to.include({ code: 0 });
        expect(host.comments[0]!.body).to.match(
          /^<!-- aws-panos-review .*-->\n\*\*The review of the last change failed/,
        );
        expect(host.comments[0]!.body).not.to.include("Opens nothing");
      });

      it("fails with what the host says where the token may not write, or is another", async () => {
        host.isReadOnly = true;
        const denied = await say();
        expect(denied.code).to.equal(1);
        expect(denied.text)
          .to.include("403: Resource not accessible")
          .and.match(/token in (GITHUB|REVIEW)_TOKEN/);
        const wrong = { ...environment(), GITHUB_TOKEN: "other", REVIEW_TOKEN: "other" };
        expect((await run(comment, ["prod", "review"], wrong)).text).to.include("401: Bad credentials");
      });

      it("keeps one issue about drift, and closes it", async () => {
        await writeFile(join(folder, "drift.md"), "somebody edited a rule");
        const drift = (state: string) => run(issue, ["prod", "drift.md", state], environment());
        expect((await drift("none")).code).to.equal(0);
        await drift("drift");
        expect((await drift("drift")).text).to.include("updated");
        expect(host.issues).to.have.length(1);
        expect(host.issues[0]).to.include({ title: "The firewall differs from what prod applied" });
        expect(host.issues[0]!.body).to.include("somebody edited a rule");
        expect((await drift("none")).text).to.include("closed");
        expect(host.issues[0]!.closed).to.equal(true);
        await drift("drift");
        expect(host.issues).to.have.length(2);
      });
    });
  }

  it("says in a plain word that a fork's job writes none, and asks nothing", async () => {
    await writeEvent("stranger/name");
    const forked = host.github({ GITHUB_EVENT_PATH: join(folder, "event.json"), GITHUB_TOKEN: "" });
    const { code, text } = await run(comment, ["prod", "review"], forked);
    expect([code, text]).to.deep.equal([
      0,
      "No comment is written: the pull request comes from a fork, whose jobs may write none. The review is in the job's summary\n",
    ]);
    const gitlab = await run(comment, ["prod", "review"], host.gitlab({ REVIEW_TOKEN: "" }));
    expect(gitlab.code).to.equal(0);
    expect(gitlab.text).to.include("REVIEW_TOKEN is not set");
    expect(host.asked).to.deep.equal([]);
  });
});
