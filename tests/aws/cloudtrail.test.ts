import { expect } from "chai";
import { principalText } from "../../aws/cloudtrail/principal";
import { cloudTrailRecord } from "../../aws/cloudtrail/record";
import { groupEvent } from "../../guard/event/read";
import { callerText } from "../../trigger/events/principal";
import { callRecord, IDS, sessionOf } from "../support/cloudtrail";

describe("a record of CloudTrail", () => {
  const stop = (fields: Record<string, unknown>) => cloudTrailRecord(callRecord("StopInstances", {}, fields));

  it("has undefined for what is not of its form", () => {
    const found = stop({ eventID: "../../etc", eventTime: "yesterday", eventName: 7, awsRegion: "" });
    expect([found.id, found.at, found.name, found.region]).to.deep.equal([
      ...[undefined, undefined, undefined, undefined],
    ]);
  });

  it("failed with any errorCode, whatever that is, and succeeded with none or an empty one", () => {
    const errors = ["Client.DryRunOperation", { odd: true }, null, undefined, ""].map(
      (errorCode) => stop({ errorCode }).error,
    );
    expect(errors).to.deep.equal(["Client.DryRunOperation", "unknown", undefined, undefined, undefined]);
  });

  it("may have done what it says where EC2 failed at it, and not where EC2 refused it or had no room", () => {
    const uncertain = [
      ...["Server.InternalError", "Server.Unavailable", "Server.ServiceUnavailable", "Server.Odd"],
      ...["InternalFailure", "Odd", { odd: true }],
    ];
    const refused = [
      ...["Client.DryRunOperation", "Client.InvalidPermission.Duplicate", "Client.RequestLimitExceeded"],
      ...["Server.InsufficientInstanceCapacity", "Server.RequestLimitExceeded"],
    ];
    for (const errorCode of uncertain)
      expect(stop({ errorCode }).isUncertain, JSON.stringify(errorCode)).to.equal(true);
    for (const errorCode of [...refused, "", undefined])
      expect(stop({ errorCode }).isUncertain, JSON.stringify(errorCode)).to.equal(false);
  });

  it("is judged by the guard where its errorCode says nothing", () => {
    const request = { groupId: IDS.group, ipPermissions: {} };
    const record = callRecord("AuthorizeSecurityGroupIngress", request, { errorCode: "" });
    expect(groupEvent(cloudTrailRecord(record))?.group.id).to.equal(IDS.group);
  });

  it("says who called, to the trigger and to the guard", () => {
    const { arn, ...nameless } = sessionOf("deploy", "bob");
    const texts = [{ arn, ...nameless }, nameless, { type: "Root" }, undefined].map((userIdentity) => {
      const { principal } = stop({ userIdentity });
      return [callerText(principal), principalText(principal)];
    });
    expect(texts).to.deep.equal([
      ["role/deploy/bob", "role deploy, session bob"],
      // Without an ARN the guard knows no role: a policy that names one must not let it through.
      ["role/deploy/bob", "AssumedRole"],
      ["root", "Root"],
      [undefined, "unknown"],
    ]);
  });
});
