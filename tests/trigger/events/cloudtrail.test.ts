import { expect } from "chai";
import fc from "fast-check";
import { readCloudTrailRecord } from "../../../trigger/events/cloudtrail";
import { CALLS, SERVICE_CALLS, TAG_CALLS } from "../../../trigger/events/names";
import { ACCOUNT, ALICE, callRecord, IDS, REGION, sessionOf } from "../../support/cloudtrail";
import { SHAPES as OTHERS } from "./shapes";
import { TRANSIT_SHAPES } from "./transit-shapes";

const SHAPES = [...OTHERS, ...TRANSIT_SHAPES];

const WATCH = { ownRoles: [`arn:aws:iam::${ACCOUNT}:role/panos-trigger`], tagKeys: ["firewall"] };

const read = (record: unknown) => readCloudTrailRecord(record, WATCH);

describe("a CloudTrail record", () => {
  it("has a fixture for every call that counts", () => {
    // No call: it has a test of its own.
    const calls = Object.values(CALLS)
      .flat()
      .filter((call) => call !== "BidEvictedEvent");
    expect(new Set(SHAPES.map(({ call }) => call))).to.deep.equal(new Set(calls));
  });

  for (const { call, request, answer, subjects } of SHAPES) {
    it(`is a change: ${call} ${JSON.stringify(request).slice(0, 60)}`, () => {
      const record = callRecord(call, request, answer === undefined ? {} : { responseElements: answer });
      // Permissions are taken from the group that a call is about.
      const takes = call.startsWith("RevokeSecurityGroup") || call === "ModifySecurityGroupRules";
      expect(read(record)).to.deep.equal({
        change: {
          id: record["eventID"],
          at: "2026-03-01T10:00:00.000Z",
          what: call,
          principal: "alice",
          account: ACCOUNT,
          region: REGION,
          subjects,
          ...(takes && { revoked: subjects.filter((each) => each.startsWith("sg-")) }),
        },
      });
    });
  }

  it("is a change where AWS took a spot instance back, which nobody called for", () => {
    const record = callRecord("BidEvictedEvent", null, {
      userIdentity: { accountId: ACCOUNT, invokedBy: "spot.ec2.amazonaws.com" },
      eventType: "AwsServiceEvent",
      responseElements: null,
      serviceEventDetails: { instanceIdSet: [IDS.instance] },
    });
    expect(read(record)).to.have.deep.nested.property("change.subjects", [IDS.instance]);
    expect(read(record)).to.have.nested.property("change.principal", "spot.ec2.amazonaws.com");
  });

  /** As CloudTrail's documentation shows one, about a call that counts. */
  const INSIGHT = {
    ...{ eventVersion: "1.08", eventTime: "2026-03-01T10:00:00Z", awsRegion: "eu-west-3" },
    ...{ eventID: "cc3d9f2a", eventType: "AwsCloudTrailInsight", eventCategory: "Insight" },
    insightDetails: { state: "Start", eventSource: "ec2.amazonaws.com", eventName: "StopInstances" },
  };
  const stop = (fields: Record<string, unknown>) =>
    callRecord("StopInstances", { instancesSet: { items: [{ instanceId: IDS.instance }] } }, fields);

  const drops: [string, Record<string, unknown>, string][] = [
    ["a call that was refused", stop({ errorCode: "Client.UnauthorizedOperation" }), "failed call"],
    ["a permission that was there", stop({ errorCode: "Client.InvalidPermission.Duplicate" }), "failed call"],
    ["a dry run", stop({ errorCode: "Client.DryRunOperation" }), "dry run"],
    ["a question", callRecord("DescribeInstances", {}, { readOnly: true }), "read-only"],
    ["a call of another service", stop({ eventSource: "rds.amazonaws.com" }), "another service"],
    ["a call that changes no rule", callRecord("CreateVolume", {}), "not watched"],
    ["what we did ourselves", stop({ userIdentity: sessionOf("panos-trigger", "run") }), "own role"],
    ["what Insights noticed", INSIGHT, "an Insights event"],
    ["what Insights noticed, by its type", { ...INSIGHT, eventCategory: undefined }, "an Insights event"],
    [
      "tags that nothing looks at",
      callRecord("CreateTags", { tagSet: { items: [{ key: "Name" }] } }),
      "tag not watched",
    ],
  ];
  for (const [what, record, dropped] of drops) {
    it(`is dropped as "${dropped}": ${what}`, () => expect(read(record)).to.deep.equal({ dropped }));
  }

  it("counts a call that failed at EC2's end, which may be done all the same", () => {
    const verdict = read(stop({ errorCode: "Server.InternalError", responseElements: null }));
    expect(verdict).to.have.nested.property("change.what", "StopInstances");
    const request = { groupId: IDS.group };
    const revoke = callRecord("RevokeSecurityGroupIngress", request, { errorCode: "Server.Unavailable" });
    // Whether it took any permission isn't known, so that it explains no removal.
    expect(read(revoke)).to.have.property("change").that.does.not.have.property("revoked");
    const without = stop({ errorCode: "Server.InsufficientInstanceCapacity" });
    expect(read(without)).to.deep.equal({ dropped: "failed call" });
  });

  it("counts services' own calls for interfaces where they are watched, and no others of theirs", () => {
    const watching = { ...WATCH, services: true };
    for (const [eventSource, calls] of Object.entries(SERVICE_CALLS)) {
      for (const call of calls) {
        const record = callRecord(call, { vpcSecurityGroupIds: [IDS.group] }, { eventSource });
        expect(readCloudTrailRecord(record, watching), call).to.have.deep.nested.property("change.subjects", [
          IDS.group,
        ]);
        expect(read(record), call).to.deep.equal({ dropped: "another service" });
      }
    }
    const others = [
      { call: "CreateCluster", eventSource: "ecs.amazonaws.com", dropped: "another service" },
      { call: "DescribeDBInstances", eventSource: "rds.amazonaws.com", dropped: "not watched" },
      // Another service's call of that name.
      { call: "CreateCluster", eventSource: "rds.amazonaws.com", dropped: "not watched" },
      { call: "StopDBInstance", eventSource: "ec2.amazonaws.com", dropped: "not watched" },
      {
        call: "StopDBInstance",
        eventSource: "rds.amazonaws.com",
        errorCode: "Denied",
        dropped: "failed call",
      },
    ];
    for (const { call, dropped, ...fields } of others) {
      expect(readCloudTrailRecord(callRecord(call, {}, fields), watching), call).to.deep.equal({ dropped });
    }
  });

  it("is a change whoever makes it: a service for its interfaces, with its role of the account or by itself", () => {
    // CloudTrail user guide, userIdentity: `invokedBy` names the service; EFS user guide has such a CreateNetworkInterface.
    const role = (name: string, session: string, invokedBy: string) => ({
      ...sessionOf(name, session),
      invokedBy,
    });
    const authors: [string, object][] = [
      ["elasticfilesystem.amazonaws.com", { type: "AWSService" }],
      [
        "elasticloadbalancing.amazonaws.com",
        role(
          "AWSServiceRoleForElasticLoadBalancing",
          "ElasticLoadBalancing",
          "elasticloadbalancing.amazonaws.com",
        ),
      ],
      ["lambda.amazonaws.com", role("orders", "awslambda_1_2026", "lambda.amazonaws.com")],
      ["ecs.amazonaws.com", role("AWSServiceRoleForECS", "ecs-eni-provisioning", "ecs.amazonaws.com")],
      ["eks.amazonaws.com", role("AWSServiceRoleForAmazonEKS", "AmazonEKS", "eks.amazonaws.com")],
    ];
    const calls = ["Create", "Attach", "Detach", "Delete"].map((each) => `${each}NetworkInterface`);
    for (const { call, request, answer } of SHAPES.filter(
      (each) => calls.includes(each.call) || /^ModifyNetworkI|^(Una|A)ssign/.test(each.call),
    )) {
      for (const [invokedBy, identity] of authors) {
        const record = callRecord(call, request, {
          ...{ userIdentity: { invokedBy, ...identity }, responseElements: answer ?? { _return: true } },
          ...{ sourceIPAddress: invokedBy, userAgent: invokedBy, eventCategory: "Management" },
        });
        expect(read(record), `${call} by ${invokedBy}`).to.have.nested.property("change.what", call);
      }
    }
  });

  it("counts what a role with our role's name did in another account", () => {
    const foreign = JSON.parse(
      JSON.stringify(sessionOf("panos-trigger", "run")).replaceAll(ACCOUNT, "210987654321"),
    ) as unknown;
    expect(read(stop({ userIdentity: foreign }))).to.have.property("change");
  });

  for (const call of TAG_CALLS) {
    it(`counts ${call} with a watched key`, () => {
      const tagSet = { items: [{ key: "Name" }, { key: "firewall", value: "no" }] };
      const resourcesSet = { items: [{ resourceId: IDS.group }] };
      expect(read(callRecord(call, { resourcesSet, tagSet }))).to.have.deep.nested.property(
        "change.subjects",
        [IDS.group],
      );
    });
  }

  it("counts a deletion of all tags, unless none is watched", () => {
    const record = callRecord("DeleteTags", { resourcesSet: { items: [{ resourceId: IDS.group }] } });
    expect(read(record)).to.have.property("change");
    expect(readCloudTrailRecord(record, { ...WATCH, tagKeys: [] })).to.deep.equal({
      dropped: "tag not watched",
    });
  });

  describe("names who did it", () => {
    const people: [string, unknown, string | undefined][] = [
      ["a user", ALICE, "alice"],
      ["a session of a role", sessionOf("deploy", "bob@example.com"), "role/deploy/bob@example.com"],
      ["the account's root", { type: "Root", accountId: ACCOUNT }, "root"],
      [
        "a service",
        { type: "AWSService", invokedBy: "autoscaling.amazonaws.com" },
        "autoscaling.amazonaws.com",
      ],
      [
        "a user of Identity Center",
        { type: "IdentityCenterUser", onBehalfOf: { userId: "94482488" } },
        "94482488",
      ],
      ["nobody", undefined, undefined],
      ["a name with control characters", { type: "IAMUser", userName: "eve\n\u0007<b>" }, "eve <b>"],
      ["a long name", { type: "IAMUser", userName: "x".repeat(500) }, `${"x".repeat(79)}…`],
    ];
    for (const [who, userIdentity, principal] of people) {
      it(who, () =>
        expect(read(stop({ userIdentity }))).to.have.nested.property("change.principal", principal),
      );
    }
  });

  it("names ten ids of a call about a thousand", () => {
    const items = Array.from({ length: 1000 }, (_, n) => ({
      instanceId: `i-${n.toString(16).padStart(17, "0")}`,
    }));
    expect(read(callRecord("StopInstances", { instancesSet: { items } })))
      .to.have.nested.property("change.subjects")
      .with.length(10);
  });

  const broken: [string, unknown][] = [
    ["no object", "StopInstances"],
    ["nothing", null],
    ["no source", stop({ eventSource: undefined })],
    ["no name", stop({ eventName: 7 })],
    ["no id", stop({ eventID: undefined })],
    ["an id that is a path", stop({ eventID: "../../etc" })],
    ["no time", stop({ eventTime: "yesterday" })],
  ];
  for (const [what, record] of broken) {
    it(`is malformed with ${what}`, () =>
      expect(read(record)).to.have.property("malformed").that.is.a("string"));
  }

  it("never throws, whatever is in it", () => {
    const shapes = fc.record(
      {
        eventSource: fc.constantFrom("ec2.amazonaws.com", undefined),
        eventName: fc.constantFrom("StopInstances", "CreateTags", "RunInstances"),
        eventID: fc.anything(),
        eventTime: fc.anything(),
        errorCode: fc.option(fc.anything(), { freq: 2 }),
        userIdentity: fc.anything(),
        requestParameters: fc.anything(),
        responseElements: fc.anything(),
      },
      { requiredKeys: ["eventName"] },
    );
    fc.assert(
      fc.property(shapes, (record) => {
        const verdict = read({ eventSource: "ec2.amazonaws.com", ...record });
        expect(Object.keys(verdict)).to.have.length(1);
      }),
      { numRuns: 500 },
    );
  });
});
