import { expect } from "chai";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { approved } from "../../ci/approved";
import { CodeHost } from "../support/code-host";
import { runIn } from "../support/terminal";

const AT = (minute: number) => `2026-01-31T12:${String(minute).padStart(2, "0")}:00Z`;
const HEAD = "4ead";
const WORKFLOW = ".github/workflows/review.yml";

describe("the review that an apply is held to", () => {
  let host: CodeHost;
  let folder: string;
  beforeEach(async () => {
    host = await CodeHost.start();
    folder = await mkdtemp(join(tmpdir(), "aws-panos-approved-"));
  });
  afterEach(async () => {
    await host.stop();
    await rm(folder, { recursive: true });
  });

  const run = (args: string[], environment: NodeJS.ProcessEnv) =>
    runIn(folder, approved, args, environment, host.token);

  describe("github", () => {
    const repository = "/repos/owner/name";
    /** What each may do, whatever GitHub says of how they are associated. */
    const MAY = { writer: "write", owner: "admin", reader: "read", stranger: "none" };
    interface Made {
      id: number;
      made: string;
      run?: object;
      artifact?: object;
    }

    /** A pull request that was merged at minute 30, what was published for it, and who approved it. */
    function given(made: Made[], approvals: object[] = []): void {
      for (const [login, permission] of Object.entries(MAY))
        host.answers.set(`${repository}/collaborators/${login}/permission`, { permission });
      host.answers.set(`${repository}/commits/abc/pulls`, [
        { number: 8, merged_at: null, merge_commit_sha: "abc", head: { sha: "0pen" } },
        { number: 6, merged_at: AT(1), merge_commit_sha: "0ther", head: { sha: "0lder" } },
        { number: 7, merged_at: AT(30), merge_commit_sha: "abc", head: { sha: HEAD } },
      ]);
      const artifacts = made.map(({ id, made: created_at, artifact }) => {
        const of = {
          id: id * 10,
          head_sha: HEAD,
          head_branch: "topic",
          repository_id: 1,
          head_repository_id: 1,
        };
        return { id, expired: false, created_at, workflow_run: of, ...artifact };
      });
      host.answers.set(`${repository}/actions/artifacts`, { artifacts });
      for (const { id, run: more } of made) {
        host.answers.set(`${repository}/actions/runs/${id * 10}`, {
          ...{ event: "pull_request", path: `${WORKFLOW}@refs/pull/7/merge`, head_sha: HEAD },
          ...{ repository: { id: 1 }, head_repository: { id: 1 }, ...more },
        });
      }
      host.answers.set(`${repository}/pulls/7/reviews`, approvals);
    }

    const approval = (submitted_at: string | null, more: object = {}) => ({
      ...{ state: "APPROVED", commit_id: HEAD, author_association: "MEMBER", submitted_at },
      ...{ user: { login: "writer" }, ...more },
    });

    async function found(what = "review", of = "abc") {
      const file = join(folder, "output");
      await writeFile(file, "");
      const { code, text } = await run([what, of], host.github({ GITHUB_OUTPUT: file }));
      expect(code, text).to.equal(0);
      return { output: await readFile(file, "utf8"), text };
    }
    const is = (id: number) => `run-id=${id * 10}\nartifact-id=${id}\n`;
    const NONE = "run-id=\nartifact-id=\n";

    it("is the last one made before the merge where nobody approved", async () => {
      given([
        { id: 3, made: AT(31) },
        { id: 2, made: AT(20) },
        { id: 1, made: AT(10) },
      ]);
      expect((await found()).output).to.equal(is(2));
    });

    it("is what the first who approved the last commit saw, not one that was made afterwards", async () => {
      const made = [
        { id: 3, made: AT(25) },
        { id: 2, made: AT(20) },
      ];
      given(made, [approval(AT(22)), approval(AT(28))]);
      expect((await found()).output).to.equal(is(2));
      // Only older ones count less: of an earlier commit, of somebody who may not write, withdrawn.
      const others = [
        approval(AT(21), { commit_id: "0lder" }),
        approval(AT(21), { user: { login: "reader" } }),
        approval(AT(21), { user: { login: "stranger" }, author_association: "NONE" }),
        approval(AT(21), { state: "DISMISSED" }),
        approval(AT(21), { state: "COMMENTED" }),
      ];
      given(made, [...others, approval(AT(28))]);
      expect((await found()).output).to.equal(is(3));
      given([{ id: 3, made: AT(25) }], [approval(AT(22))]);
      const late = await found();
      expect(late.output).to.equal(NONE);
      expect(late.text).to.equal(
        "There is no review of this commit's pull request that counts\n" +
          "the review of run 30 does not count: it was not made before the pull request was approved\n",
      );
    });

    it("counts the approval of everybody who may write, or of whom nobody knows, whatever they are called", async () => {
      const made = [
        { id: 3, made: AT(25) },
        { id: 2, made: AT(20) },
      ];
      // A private member of the organization is told as one of these.
      for (const author_association of ["CONTRIBUTOR", "NONE"])
        for (const user of [{ login: "writer" }, { login: "owner" }, { login: "gone" }, null]) {
          given(made, [approval(AT(22), { user, author_association }), approval(AT(28))]);
          expect((await found()).output, JSON.stringify(user)).to.equal(is(2));
        }
    });

    // What somebody can publish under the name of a review, beside the one that counts.
    const STRANGERS: Record<string, Omit<Made, "id" | "made">> = {
      "of a fork": { run: { head_repository: { id: 2 } } },
      "of a fork that is gone": { run: { head_repository: null } },
      "of another event": { run: { event: "push" } },
      "started by hand": { run: { event: "workflow_dispatch" } },
      "of another workflow": { run: { path: ".github/workflows/lint.yml@refs/pull/7/merge" } },
      "of a workflow whose name begins alike": { run: { path: ".github/workflows/review.yml.yml" } },
      "of a run of another commit": { run: { head_sha: "0ther" } },
      "that has expired": { artifact: { expired: true } },
      "of nobody knows when": { artifact: { created_at: null } },
      "of a time that is none": { artifact: { created_at: "soon" } },
      "of no run": { artifact: { workflow_run: null } },
    };
    for (const [what, stranger] of Object.entries(STRANGERS)) {
      it(`is never one ${what}`, async () => {
        given([
          { id: 2, made: AT(20), ...stranger },
          { id: 1, made: AT(10) },
        ]);
        expect((await found()).output).to.equal(is(1));
        given([{ id: 2, made: AT(20), ...stranger }]);
        expect((await found()).output).to.equal(NONE);
      });
    }

    it("is none where an approval has no time, or no pull request became the commit", async () => {
      given([{ id: 1, made: AT(10) }], [approval(null)]);
      expect((await found()).output).to.equal(NONE);
      host.answers.set(`${repository}/commits/abc/pulls`, []);
      expect((await found()).output).to.equal(NONE);
    });

    describe("of snapshots", () => {
      const of = (id: number, more: object = {}) => ({
        ...{ id, expired: false, created_at: AT(id) },
        workflow_run: {
          ...{ id: id * 10, head_sha: HEAD, head_branch: "main", repository_id: 1, head_repository_id: 1 },
          ...more,
        },
      });
      const runIs = (id: number, more: object = {}) =>
        host.answers.set(`${repository}/actions/runs/${id * 10}`, {
          ...{ event: "push", path: ".github/workflows/apply.yml", head_sha: HEAD },
          ...{ repository: { id: 1 }, head_repository: { id: 1 }, ...more },
        });
      beforeEach(() => {
        host.answers.set(`${repository}/branches/main`, { commit: { sha: "71p" } });
        host.answers.set(`${repository}/compare/${HEAD}...71p`, { status: "ahead" });
        host.answers.set(`${repository}/compare/0ther...71p`, { status: "diverged" });
      });

      it("leaves them to this repository's own branch", async () => {
        host.answers.set(`${repository}/actions/artifacts`, {
          artifacts: [of(3, { head_repository_id: 2 }), of(2, { head_branch: "topic" }), of(1)],
        });
        runIs(1);
        expect((await found("snapshots", "main")).output).to.equal(is(1));
        expect((await found("snapshots", "other")).output).to.equal(NONE);
      });

      for (const [what, stranger] of Object.entries({
        "a pull request from the branch into another one": { event: "pull_request" },
        "another workflow": { path: ".github/workflows/review.yml@refs/heads/main" },
        "a workflow whose name begins alike": { path: ".github/workflows/apply.yml.yml" },
        "an event that takes the workflow from elsewhere": { event: "pull_request_target" },
        "a fork": { head_repository: { id: 2 } },
        "a tag of the branch's name": { head_sha: "0ther" },
      })) {
        it(`never takes those of ${what}`, async () => {
          host.answers.set(`${repository}/actions/artifacts`, { artifacts: [of(2), of(1)] });
          runIs(2, stranger);
          runIs(1, { event: "workflow_dispatch", path: ".github/workflows/apply.yml@refs/heads/main" });
          expect((await found("snapshots", "main")).output).to.equal(is(1));
          host.answers.set(`${repository}/actions/artifacts`, { artifacts: [of(2)] });
          const none = await found("snapshots", "main");
          expect(none.output).to.equal(NONE);
          expect(none.text).to.contain("the snapshots of run 20 do not count: they ");
        });
      }
    });
  });

  describe("gitlab", () => {
    const project = "/projects/5";
    const NO_SNAPSHOTS = "No apply has published snapshots, or they have expired\n";
    const merged = {
      ...{ iid: 8, state: "merged", sha: HEAD, merge_commit_sha: "abc", squash_commit_sha: null },
      ...{ merged_at: AT(30), source_project_id: 5, target_project_id: 5 },
    };
    interface Made {
      job: number;
      ended: string | null;
      pipeline?: object;
    }

    function given(made: Made[], approvals: object[] = [], request: object = {}): void {
      const set = (path: string, answer: unknown) => host.answers.set(`${project}${path}`, answer);
      set("/repository/commits/abc/merge_requests", [{ ...merged, ...request }]);
      set("/merge_requests/8/approvals", { approved_by: approvals });
      set("/merge_requests/8/notes", []);
      set(
        "/merge_requests/8/pipelines",
        made.map(({ job }) => ({ id: job * 10 })),
      );
      for (const { job, ended, pipeline } of made) {
        set(`/pipelines/${job * 10}`, {
          ...{ id: job * 10, sha: HEAD, source: "merge_request_event", project_id: 5, ...pipeline },
        });
        set(`/pipelines/${job * 10}/jobs`, [
          { id: job + 1000, name: "lint", finished_at: ended, artifacts_file: {} },
          { id: job, name: "review", finished_at: ended, artifacts_file: {} },
        ]);
        for (const file of ["review.json", "inventory.json", "rulebase.json"]) {
          set(`/jobs/${job}/artifacts/reviews/change/${file}`, `${file} of ${job}`);
        }
      }
    }

    async function taken(): Promise<string | undefined> {
      const { code, text } = await run(["review", "abc", "taken"], host.gitlab());
      expect(code, text).to.equal(0);
      if (text.includes("There is no review")) return undefined;
      expect(text).to.equal("It is in taken\n");
      const file = await readFile(join(folder, "taken", "rulebase.json"), "utf8");
      return file.replace("rulebase.json of ", "");
    }

    const user = (id: number) => ({ id });

    it("is the last one that ended before the first approval, or before the merge", async () => {
      const made = [
        { job: 4, ended: AT(31) },
        { job: 3, ended: AT(25) },
        { job: 2, ended: AT(20) },
      ];
      given(made);
      expect(await taken()).to.equal("3");
      given(made, [
        { user: user(1), approved_at: AT(28) },
        { user: user(2), approved_at: AT(22) },
      ]);
      expect(await taken()).to.equal("2");
      // An older GitLab tells when in its notes alone; a person's remark of the same words tells nothing.
      given(made, [{ user: user(1) }]);
      expect(await taken()).to.equal(undefined);
      const note = { system: true, body: "approved this merge request", created_at: AT(22), author: user(1) };
      host.answers.set(`${project}/merge_requests/8/notes`, [{ ...note, system: false, created_at: AT(29) }]);
      expect(await taken()).to.equal(undefined);
      host.answers.set(`${project}/merge_requests/8/notes`, [note]);
      expect(await taken()).to.equal("2");
    });

    it("is never one of another start, project, commit or fork, nor one that has not ended", async () => {
      for (const pipeline of [{ source: "push" }, { source: "web" }, { project_id: 6 }]) {
        given([
          { job: 2, ended: AT(20), pipeline },
          { job: 1, ended: AT(10) },
        ]);
        expect(await taken()).to.equal("1");
      }
      given([
        { job: 2, ended: null },
        { job: 1, ended: AT(10) },
      ]);
      expect(await taken()).to.equal("1");
      given([{ job: 1, ended: AT(10) }], [], { source_project_id: 6 });
      expect(await taken()).to.equal(undefined);
      given([{ job: 1, ended: AT(10) }], [], { merge_commit_sha: "0ther" });
      expect(await taken()).to.equal(undefined);
      // A pipeline of merged results is on a commit of its own, whose parent the last commit is.
      given([{ job: 1, ended: AT(10), pipeline: { sha: "j01n" } }]);
      host.answers.set(`${project}/repository/commits/j01n`, { parent_ids: ["main", "0lder"] });
      expect(await taken()).to.equal(undefined);
      host.answers.set(`${project}/repository/commits/j01n`, { parent_ids: ["main", HEAD] });
      expect(await taken()).to.equal("1");
    });

    it("leaves snapshots to the last apply of the branch, whatever has run since", async () => {
      const snapshots = async (branch = "main") => {
        const { code, text } = await run(["snapshots", branch, "taken"], host.gitlab());
        expect(code, text).to.equal(0);
        if (text === NO_SNAPSHOTS) return undefined;
        return readFile(join(folder, "taken", "rulebase.json"), "utf8");
      };
      const job = (id: number, name: string, more: object = {}) => {
        host.jobs.push({ id, name, ref: "main", status: "success", tag: false, ...more });
        const of = `${project}/jobs/${id}/artifacts/reviews/snapshots`;
        for (const file of name === "apply" ? ["inventory.json", "rulebase.json"] : [])
          host.answers.set(`${of}/${file}`, `${file} of ${id}`);
      };
      job(1, "apply");
      job(2, "apply");
      const last = "rulebase.json of 2";
      expect(await snapshots()).to.equal(last);
      // A night in which nothing has drifted is the latest pipeline that went through, and has no apply.
      job(3, "drift");
      expect(await snapshots()).to.equal(last);
      for (let id = 4; id < 304; id++) job(id, "review", { ref: "refs/merge-requests/8/head" });
      job(304, "apply", { status: "failed" });
      job(305, "apply", { status: "manual" });
      job(306, "apply", { ref: "topic/a" });
      job(307, "apply", { tag: true });
      expect(await snapshots()).to.equal(last);
      expect(await snapshots("topic/a")).to.equal("rulebase.json of 306");
      expect(await snapshots("other")).to.equal(undefined);
      // What is older than the last apply shows a firewall that is no more.
      host.answers.delete(`${project}/jobs/2/artifacts/reviews/snapshots/rulebase.json`);
      expect(await snapshots()).to.equal(undefined);
    });

    it("is taken as a whole or not at all", async () => {
      given([{ job: 1, ended: AT(10) }]);
      host.answers.delete(`${project}/jobs/1/artifacts/reviews/change/rulebase.json`);
      expect(await taken()).to.equal(undefined);
      const none = await run(["snapshots", "main", "taken"], host.gitlab());
      expect([none.code, none.text]).to.deep.equal([0, NO_SNAPSHOTS]);
    });
  });
});
