import { expect } from "chai";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { approved } from "../../ci/approved";
import { comment } from "../../ci/comment";
import { issue } from "../../ci/issue";
import { marker } from "../../review/markdown";
import type { Terminal } from "../../terminal";
import { CodeHost } from "../support/code-host";

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

  async function run(
    command: (args: string[], terminal: Terminal) => Promise<number>,
    args: string[],
    environment: NodeJS.ProcessEnv,
  ) {
    const output = new PassThrough();
    let text = "";
    output.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const code = await command(args, { input: new PassThrough(), output, folder, environment });
    expect(text).not.to.include(host.token);
    return { code, text };
  }

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

  it("finds the review of what was merged, and the snapshots of this repository's own branch", async () => {
    const run_ = (id: number, more: object = {}) => ({
      expired: false,
      workflow_run: {
        id,
        head_sha: "5ea",
        head_branch: "main",
        repository_id: 1,
        head_repository_id: 1,
        ...more,
      },
    });
    host.answers.set("/repos/owner/name/commits/abc/pulls", [
      { merged_at: null, merge_commit_sha: "abc", head: { sha: "0pen" } },
      { merged_at: "2026-01-31T12:00:00Z", merge_commit_sha: "abc", head: { sha: "4ead" } },
    ]);
    host.answers.set("/repos/owner/name/actions/artifacts", {
      artifacts: [
        run_(1, { head_repository_id: 2, head_sha: "0ther" }),
        { ...run_(2), expired: true },
        run_(3, { head_branch: "topic" }),
        run_(4),
        run_(5, { head_sha: "4ead", head_branch: "topic" }),
      ],
    });
    const found = async (what: string, of: string) => {
      const file = join(folder, "output");
      await writeFile(file, "");
      const { code } = await run(approved, [what, of], host.github({ GITHUB_OUTPUT: file }));
      return [code, await readFile(file, "utf8")];
    };
    expect(await found("review", "abc")).to.deep.equal([0, "run-id=5\n"]);
    expect(await found("snapshots", "main")).to.deep.equal([0, "run-id=4\n"]);
    expect(await found("snapshots", "other")).to.deep.equal([0, "run-id=\n"]);
  });

  it("takes GitLab's files as they are, all or none", async () => {
    const project = "/projects/5";
    host.answers.set(`${project}/repository/commits/abc/merge_requests`, [{ iid: 8, state: "merged" }]);
    host.answers.set(`${project}/merge_requests/8/pipelines`, [{ id: 30 }]);
    host.answers.set(`${project}/pipelines/30/jobs`, [{ id: 31, name: "review", artifacts_file: {} }]);
    for (const name of ["review.json", "inventory.json"]) {
      host.answers.set(`${project}/jobs/31/artifacts/reviews/change/${name}`, name);
    }
    const take = () => run(approved, ["review", "abc", "taken"], host.gitlab());
    expect((await take()).text).to.include("There is no review");
    host.answers.set(`${project}/jobs/31/artifacts/reviews/change/rulebase.json`, "rulebase.json");
    expect((await take()).text).to.include("It is in taken");
    expect(await readFile(join(folder, "taken", "rulebase.json"), "utf8")).to.equal("rulebase.json");
    const none = await run(approved, ["snapshots", "main", "taken"], host.gitlab());
    expect([none.code, none.text]).to.deep.equal([
      0,
      "No apply has published snapshots, or they have expired\n",
    ]);
  });
});
