import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An object in the names of EC2's XML: lists are sets of `<item>`. */
export interface Ec2Item {
  [field: string]: string | number | boolean | Ec2Item | Ec2Item[] | string[] | undefined;
}

/** What one question was. */
export interface Ec2Request {
  action: string;
  form: URLSearchParams;
  /** The region and the access key that it was signed for and with. */
  region: string;
  accessKey: string;
}

/** An error as EC2 sends it. */
export interface Ec2Refusal {
  status: number;
  code: string;
  message: string;
}

/** In which set of its answer each action lists its items, and what an item's id is called. */
const SETS: Record<string, { set: string; id: string }> = {
  DescribeVpcs: { set: "vpcSet", id: "vpcId" },
  DescribeSubnets: { set: "subnetSet", id: "subnetId" },
  DescribeRouteTables: { set: "routeTableSet", id: "routeTableId" },
  DescribeVpcPeeringConnections: { set: "vpcPeeringConnectionSet", id: "vpcPeeringConnectionId" },
  DescribeInstances: { set: "reservationSet", id: "reservationId" },
  DescribeNetworkInterfaces: { set: "networkInterfaceSet", id: "networkInterfaceId" },
  DescribeSecurityGroups: { set: "securityGroupInfo", id: "groupId" },
  DescribeSecurityGroupRules: { set: "securityGroupRuleSet", id: "securityGroupRuleId" },
  DescribeSecurityGroupVpcAssociations: { set: "securityGroupVpcAssociationSet", id: "groupId" },
  DescribeTransitGatewayAttachments: { set: "transitGatewayAttachments", id: "transitGatewayAttachmentId" },
  DescribeTransitGatewayVpcAttachments: {
    set: "transitGatewayVpcAttachments",
    id: "transitGatewayAttachmentId",
  },
  DescribeTransitGatewayRouteTables: { set: "transitGatewayRouteTables", id: "transitGatewayRouteTableId" },
  SearchTransitGatewayRoutes: { set: "routeSet", id: "destinationCidrBlock" },
  DescribeVpcEndpoints: { set: "vpcEndpointSet", id: "vpcEndpointId" },
  DescribeVpcEndpointServiceConfigurations: { set: "serviceConfigurationSet", id: "serviceName" },
  DescribeVpcBlockPublicAccessExclusions: { set: "vpcBlockPublicAccessExclusionSet", id: "exclusionId" },
  DescribeNetworkAcls: { set: "networkAclSet", id: "networkAclId" },
  DescribeManagedPrefixLists: { set: "prefixListSet", id: "prefixListId" },
};

/**
 * EC2 and STS over HTTP, for what an emulator can't do: pages, throttling, refusals, and states that only a
 * real account gets into. A test says what each action lists.
 */
export class Ec2Server {
  /** What each action lists, by its name. */
  readonly lists = new Map<string, Ec2Item[]>();
  /** Entries of prefix lists, by their id. */
  readonly entries = new Map<string, Ec2Item[]>();
  readonly asked: Ec2Request[] = [];
  /** The account of an access key that asks; of a role's keys, the role's. */
  accountOf: (accessKey: string) => string = () => "123456789012";
  /** Refuses a question, or answers it (undefined). */
  refuse: (request: Ec2Request) => Ec2Refusal | undefined = () => undefined;
  /** Chooses the lists that are answered from, for accounts and regions of their own. */
  listsFor: (request: Ec2Request) => Ec2Server["lists"] = () => this.lists;
  /**
   * Answers by itself what asks for more than a list, with what is inside the answer. The message of an error that
   * it throws is EC2's code.
   */
  perform: (request: Ec2Request) => Ec2Item | undefined = () => undefined;
  /** At most so many items a page, whatever is asked for. */
  largestPage = Infinity;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  static async start(): Promise<Ec2Server> {
    const made = new Ec2Server();
    await new Promise<void>((resolve) => made.server.listen(0, "127.0.0.1", resolve));
    return made;
  }

  /** What has a stack read its account here. */
  get ofStack(): { settings: Record<string, unknown>; env: Record<string, string> } {
    return {
      settings: {
        "aws:region": "eu-central-1",
        "aws:maxRetries": 0,
        "aws:endpoints": [{ ec2: this.url, sts: this.url }],
        "aws-panos-rules:inventory": "ec2",
        "aws-panos-rules:snapshot": undefined,
      },
      env: { AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "secret" },
    };
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The settings of the AWS provider that lead here. */
  get access() {
    return {
      region: "us-east-1",
      accessKey: "AKIATEST",
      secretKey: "secret",
      endpoints: { ec2: this.url, sts: this.url },
      maxAttempts: 2,
    };
  }

  times(action: string): number {
    return this.asked.filter((each) => each.action === action).length;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of message) body += String(chunk);
    const form = new URLSearchParams(body);
    const [, accessKey = "", region = ""] =
      /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(message.headers.authorization ?? "") ?? [];
    const request: Ec2Request = { action: form.get("Action") ?? "", form, region, accessKey };
    this.asked.push(request);
    response.setHeader("content-type", "text/xml;charset=UTF-8");
    const answer = this.refuse(request) ?? this.answer(request);
    if (typeof answer === "string") {
      response.end(answer);
    } else {
      response.statusCode = answer.status;
      response.end(this.refusalXml(request.action, answer));
    }
  }

  private refusalXml(action: string, { code, message }: Ec2Refusal): string {
    const error = { Error: { Code: code, Message: message } };
    return action === "GetCallerIdentity" || action === "AssumeRole"
      ? xml("ErrorResponse", error)
      : xml("Response", { Errors: error, RequestID: "0" });
  }

  private answer(request: Ec2Request): string | Ec2Refusal {
    try {
      const done = this.perform(request);
      return done === undefined
        ? this.listed(request)
        : xml(`${request.action}Response`, { requestId: "0", ...done });
    } catch (error) {
      const { message } = error as Error;
      return { status: 400, code: message, message };
    }
  }

  private listed(request: Ec2Request): string {
    const { action, form, accessKey } = request;
    const accountId = this.accountOf(accessKey);
    switch (action) {
      case "GetCallerIdentity":
        return xml("GetCallerIdentityResponse", {
          GetCallerIdentityResult: {
            Account: accountId,
            Arn: `arn:aws:sts::${accountId}:assumed-role/reader/session`,
            UserId: "AROATEST:session",
          },
        });
      case "AssumeRole":
        return this.assumedRole(form);
      case "GetManagedPrefixListEntries":
        return this.page(request, "entrySet", this.entries.get(form.get("PrefixListId") ?? "") ?? []);
      default: {
        const { set = "" } = SETS[action] ?? {};
        return this.page(request, set, this.listsFor(request).get(action) ?? []);
      }
    }
  }

  /** The role's account becomes its access key's last part, so that `accountOf` can tell it. */
  private assumedRole(form: URLSearchParams): string {
    const roleArn = form.get("RoleArn") ?? "";
    const accountId = roleArn.split(":")[4] ?? "";
    return xml("AssumeRoleResponse", {
      AssumeRoleResult: {
        AssumedRoleUser: { Arn: `${roleArn}/session`, AssumedRoleId: "AROATEST:session" },
        Credentials: {
          AccessKeyId: `ASIATEST${accountId}`,
          SecretAccessKey: "secret",
          SessionToken: "token",
          Expiration: new Date(Date.now() + 3_600_000).toISOString(),
        },
      },
    });
  }

  private page({ action, form }: Ec2Request, set: string, items: Ec2Item[]): string {
    const from = Number(form.get("NextToken") ?? 0);
    const to = from + Math.min(Number(form.get("MaxResults") ?? Infinity), this.largestPage);
    return xml(`${action}Response`, {
      requestId: "0",
      [set]: items.slice(from, to),
      ...(to < items.length && { nextToken: String(to) }),
    });
  }
}

function xml(name: string, value: Ec2Item[string]): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return `<${name}>${value.map((each) => xml("item", each)).join("")}</${name}>`;
  if (typeof value !== "object") return `<${name}>${escaped(String(value))}</${name}>`;
  const inner = Object.entries(value).map(([field, each]) => xml(field, each));
  return `<${name}>${inner.join("")}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
