import { expect } from "chai";
import { registrationsHash } from "../../declaration/hashes";
import { KINDS } from "../../declaration/kinds";
import { declarationHash, declarationOf, NO_CONTENT, placedHash } from "../../declaration/declaration";
import type { SecurityRule } from "../../panos/policy";

const tag = ["aws-panos-k3v9x2ab"];
const RULE: SecurityRule = {
  name: "aws-sg-0a-tcp-443",
  description: "web (sg-0a): sgr-1",
  tag,
  from: ["untrust"],
  to: ["trust"],
  source: ["203.0.113.0/24", "2001:DB8::/32"],
  destination: ["10.0.0.1"],
  application: ["ssl"],
  service: ["application-default"],
  action: "allow",
};
const ADDRESS = { name: "aws-k3v9x2ab-192.0.2.0-24", value: "192.0.2.0/24", tag };
const STATIC = { name: "aws-k3v9x2ab-pl-1", members: [ADDRESS.name], tag };
const DYNAMIC = { name: "aws-k3v9x2ab-sg-0a", filter: "'aws-panos-k3v9x2ab-sg-0a'", tag };
const SERVICE = { name: "aws-k3v9x2ab-tcp-8001", protocol: "tcp" as const, port: "8001", tag };
const APPLICATION = {
  name: "aws-k3v9x2ab-i4-3-1",
  description: "aws-panos-k3v9x2ab: ICMP type 3 code 1",
  identifiedBy: "icmp-type" as const,
  number: 3,
  code: 1,
};

// A state of an earlier version holds these: another one for the same content would write every object anew.
describe("hashes of what is declared", () => {
  it("are for every kind of object what they were", () => {
    expect({
      rule: KINDS.rules.hash(RULE),
      full: KINDS.rules.hash({
        ...RULE,
        logStart: true,
        profileGroup: "strict",
        logSetting: "siem",
        action: "deny",
      }),
      address: KINDS.addresses.hash(ADDRESS),
      static: KINDS.addressGroups.hash(STATIC),
      dynamic: KINDS.addressGroups.hash(DYNAMIC),
      service: KINDS.services.hash(SERVICE),
      application: KINDS.applications.hash(APPLICATION),
      tag: KINDS.tags.hash({ name: tag[0]!, comments: "organization/aws-panos-rules/dev" }),
      registrations: registrationsHash({ b: ["10.0.0.2", "2001:DB8::1"], a: ["10.0.0.1/32"], none: [] }),
      below: placedHash("content", false),
    }).to.deep.equal({
      rule: "X1rFjClPiHLt",
      full: "7Tw0eyJmeFJA",
      address: "ARVwvUGonrBb",
      static: "zPrcmYGRV-bQ",
      dynamic: "bTJcv__80nSl",
      service: "1CBgz5U4bPj0",
      application: "OMYCODqZASeV",
      tag: "TX3hfatX0Y0P",
      registrations: "2RpcJP7x16co",
      below: "content below the cleanup rule",
    });
  });

  it("are one of a whole declaration, whatever the order of its names", () => {
    const content = {
      ...NO_CONTENT,
      rules: [RULE, { ...RULE, name: "aws-sg-0b-all" }],
      addresses: [ADDRESS],
      addressGroups: [STATIC, DYNAMIC],
      services: [SERVICE],
      applications: [APPLICATION],
    };
    const declaration = declarationOf("k3v9x2ab", "organization/aws-panos-rules/dev", content);
    const reversed = declarationOf("k3v9x2ab", "organization/aws-panos-rules/dev", {
      ...content,
      rules: content.rules.toReversed(),
      addressGroups: content.addressGroups.toReversed(),
    });
    expect(declarationHash(declaration)).to.equal("hwM6Hv0zxQND").and.equal(declarationHash(reversed));
  });
});
