import * as pulumi from "@pulumi/pulumi";
import type { Clock } from "../../lib/pace";
import recording from "./fixtures/lookups.json";

type Fields = Record<string, unknown>;
interface Question {
  filters?: { name: string; values: string[] }[];
  instanceStateNames?: string[];
  id?: string;
  routeTableId?: string;
  securityGroupRuleId?: string;
}

/** One question that was asked, and the test clock's time when it was. */
export interface Asked {
  lookup: string;
  question: Question;
  at: number;
}

export const VPC = "vpc-3ac76b4937d96309e";
export const OTHER_VPC = "vpc-4d6bb7b03b772acca";
export const PUBLIC_SUBNET = "subnet-e7aa5ca91f24abf10";
export const PRIVATE_SUBNET = "subnet-eb5f7841ac07ccb97";
export const MAIN_TABLE = "rtb-1226a0410bedd03e6";
export const PRIVATE_TABLE = "rtb-e33fbc756d9788c85";
export const TRUST_INTERFACE = "eni-9fd0ef76cd75c37cc";
export const WEB = { instance: "i-4732b21c1250a22fa", networkInterface: "eni-af3644d3328dc06df" };
export const DB = { instance: "i-89647580a8630596d", networkInterface: "eni-425931b16e067ea0d" };
export const FIREWALL = { instance: "i-7428d748293e08430", networkInterface: "eni-88a15a8d8962e7ce8" };
export const WEB_GROUP = "sg-6f14fc201f461dc9a";
export const DB_GROUP = "sg-40c30fcf64d797597";
export const PREFIX_LIST = "pl-c618473a7220ee0cc";

/** A main route table as the data source answers: its association names no subnet. */
const MAIN_TABLE_ANSWER: Fields = {
  id: MAIN_TABLE,
  routeTableId: MAIN_TABLE,
  vpcId: VPC,
  associations: [
    { main: true, routeTableAssociationId: "rtbassoc-0", routeTableId: MAIN_TABLE, subnetId: "" },
  ],
  routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-0123456789abcdef0", networkInterfaceId: "" }],
};

/**
 * An account behind Pulumi's mocks that answers data sources as the recording did: the same objects in the
 * same shapes, the same error texts. A test may change the objects, take some away, or fail a question.
 */
export class Account {
  readonly objects = new Map<string, Fields>();
  readonly running: string[] = [WEB.instance, DB.instance, FIREWALL.instance];
  readonly pending: string[] = [];
  readonly stopped: string[] = [];
  /** Listed, but gone when they are read. */
  readonly vanished = new Set<string>();
  readonly asked: Asked[] = [];
  mostAtOnce = 0;
  private atOnce = 0;
  /** The error text of a question that is to fail. */
  fail: (lookup: string, question: Question) => string | undefined = () => undefined;

  constructor(readonly clock: Clock) {
    for (const invoke of recording.invokes) {
      const answer = invoke.return as Fields | undefined;
      const isSingle =
        /get(Vpc|Subnet|RouteTable|NetworkInterface|SecurityGroup|SecurityGroupRule|ManagedPrefixList)$/;
      if (answer !== undefined && isSingle.test(invoke.tok)) this.put(answer);
    }
    this.put(MAIN_TABLE_ANSWER);
    // The recording is an older provider's; version 7 tells them all.
    const first = { ipv6CidrBlock: this.get(VPC)["ipv6CidrBlock"], state: "associated" };
    this.change(VPC, { ipv6CidrBlockAssociations: [first] });
    this.put({ ...this.get(VPC), id: OTHER_VPC, cidrBlock: "172.31.0.0/16", cidrBlockAssociations: [] });
    this.put({
      ...this.get(OTHER_VPC),
      tags: {},
      ipv6CidrBlockAssociations: [],
      ipv6CidrBlock: "",
      mainRouteTableId: "rtb-00000000000000000",
    });
  }

  put(object: Fields): void {
    this.objects.set(String(object["id"]), object);
  }

  get(id: string): Fields {
    return this.objects.get(id) ?? {};
  }

  /** Changes some fields of an object. */
  change(id: string, fields: Fields): void {
    this.put({ ...this.get(id), ...fields });
  }

  async use(): Promise<void> {
    await pulumi.runtime.setMocks({
      call: ({ token, inputs }) => this.call(token, inputs as Question),
      newResource: () => ({ id: undefined, state: {} }),
    });
  }

  times(lookup: string): number {
    return this.asked.filter((each) => each.lookup === lookup).length;
  }

  async call(token: string, question: Question): Promise<Fields> {
    const lookup = token.split(":")[2] ?? token;
    this.asked.push({ lookup, question, at: this.clock.now() });
    this.mostAtOnce = Math.max(this.mostAtOnce, (this.atOnce += 1));
    await new Promise(setImmediate);
    this.atOnce -= 1;
    const failure = this.fail(lookup, question);
    if (failure !== undefined) throw invokeError(failure);
    return this.answer(lookup, question);
  }

  private answer(lookup: string, question: Question): Fields {
    switch (lookup) {
      case "getCallerIdentity":
        return { accountId: "123456789012", id: "123456789012" };
      case "getInstances":
        return list((question.instanceStateNames ?? []).flatMap((state) => this.inState(state)));
      case "getVpcs":
        return list(this.ids("vpc-"));
      case "getRouteTables":
        return list(this.ids("rtb-").filter((id) => this.hasRouteTo(id, question)));
      case "getSubnets":
        return list(filterValues(question, "vpc-id").includes(VPC) ? [PUBLIC_SUBNET, PRIVATE_SUBNET] : []);
      case "getNetworkInterfaces":
        return list(this.ids("eni-").filter((id) => this.matches(this.get(id), question)));
      case "getSecurityGroupRules":
        return list(
          this.ids("sgr-").filter(
            (id) =>
              question.filters === undefined ||
              filterValues(question, "group-id").includes(String(this.get(id)["securityGroupId"])),
          ),
        );
      default:
        return this.single(lookup, question);
    }
  }

  private inState(state: string): string[] {
    if (state === "running") return this.running;
    return state === "pending" ? this.pending : state === "stopped" ? this.stopped : [];
  }

  private single(lookup: string, question: Question): Fields {
    const { id, routeTableId, securityGroupRuleId } = question;
    const wanted = id ?? routeTableId ?? securityGroupRuleId ?? filterValues(question, "group-id")[0] ?? "";
    const object = this.vanished.has(wanted) ? undefined : this.objects.get(wanted);
    if (object !== undefined) return object;
    // As recorded.
    if (lookup === "getSecurityGroupRule") {
      throw invokeError("reading Security Group Rules: no matching Security Group Rule found");
    }
    const nothing =
      lookup === "getRouteTable"
        ? "query returned no results. Please change your search criteria and try again"
        : "no matching EC2 object found";
    throw invokeError(`invoking aws:ec2/${lookup}:${lookup}: 1 error occurred:\n\t* ${nothing}\n\n`);
  }

  private matches(networkInterface: Fields, question: Question): boolean {
    const attachments = networkInterface["attachments"] as { instanceId: string }[];
    return (
      filterValues(question, "vpc-id").includes(String(networkInterface["vpcId"])) &&
      filterValues(question, "subnet-id").includes(String(networkInterface["subnetId"])) &&
      attachments.some((each) => filterValues(question, "attachment.instance-id").includes(each.instanceId))
    );
  }

  /** Of hidden routes only what a test says: `hiddenGateways` and `hiddenLists` of the table. */
  private hasRouteTo(id: string, question: Question): boolean {
    if (question.filters === undefined) return true;
    const {
      routes = [],
      hiddenGateways = [],
      hiddenLists = [],
    } = this.get(id) as Record<string, Fields[] | string[]>;
    const gateways = [
      ...(routes as Fields[]).flatMap(({ gatewayId, vpcEndpointId }) => [gatewayId, vpcEndpointId]),
      ...hiddenGateways,
    ].map(String);
    const lists = [...(routes as Fields[]), ...(hiddenLists as string[])].flatMap((route) =>
      typeof route === "string" ? route : (route["destinationPrefixListId"] as string) || [],
    );
    const hasAny = (name: string, of: string[]) =>
      question.filters?.every(
        (filter) =>
          filter.name !== name ||
          filter.values.some((value) =>
            of.some((each) => new RegExp(`^${value.replace("*", ".*")}$`).test(each)),
          ),
      ) === true;
    return hasAny("route.gateway-id", gateways) && hasAny("route.destination-prefix-list-id", lists);
  }

  private ids(prefix: string): string[] {
    return [...this.objects.keys()].filter((id) => id.startsWith(prefix));
  }
}

/** A failed invoke as the SDK gets it: a gRPC status whose details are the engine's text. */
function invokeError(details: string): Error {
  return Object.assign(new Error(details), { details });
}

function list(ids: string[]): Fields {
  return { id: "us-east-1", region: "us-east-1", ids };
}

function filterValues(question: Question, name: string): string[] {
  return question.filters?.find((filter) => filter.name === name)?.values ?? [];
}

/** Time that passes only when nothing else is left to do. */
export class TestClock implements Clock {
  private time = 0;
  private readonly sleepers: { until: number; wake: () => void }[] = [];
  private isTicking = false;

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => {
      this.sleepers.push({ until: this.time + milliseconds, wake });
      this.sleepers.sort((a, b) => a.until - b.until);
      if (!this.isTicking) void this.tick();
    });
  }

  private async tick(): Promise<void> {
    this.isTicking = true;
    for (let next = this.sleepers[0]; next !== undefined; next = this.sleepers[0]) {
      for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
      this.sleepers.shift();
      this.time = Math.max(this.time, next.until);
      next.wake();
    }
    this.isTicking = false;
  }
}
