import { SettingsError, settingsFrom } from "../../settings/index";

/** Answers by the configuration key that they are for. */
export type Values = Record<string, string>;

/** Something that only a person knows. */
export interface Question {
  key: string;
  flag: string;
  asks: string;
  example: string;
  /** What an empty answer means; absent where there must be one. */
  byDefault?: string;
  /** Whether it is never asked: a flag answers it, or nothing. */
  isOnlyFlag?: true;
}

/** Not a setting: the stack's name, which is in the file's. */
export const STACK = "stack";
export const REGION = "aws:region";
export const VSYS = "panos:vsys";
/** The setting whose answer is the name of its device group. */
export const PANORAMA = "panos:panorama";
/** How the firewall was reached: not asked, the environment says it. */
export const PORT = "panos:port";
export const CA_FILE = "panos:caFile";
export const FIREWALL = "aws-panos-rules:firewall";
const IDS = { i: "instanceIds", eni: "networkInterfaceIds", vpce: "vpcEndpointIds" } as const;

/** What to ask, in this order. */
export function questions(environment: NodeJS.ProcessEnv): Question[] {
  const region = environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"];
  return [
    { key: STACK, flag: "stack", asks: "Name of the stack", example: "production" },
    {
      key: "panos:hostname",
      flag: "hostname",
      asks: "Firewall: host name or address of its management",
      example: "fw1.example.com",
    },
    {
      key: PANORAMA,
      flag: "device-group",
      asks: "The device group, where --hostname is Panorama's",
      example: "cloud",
      byDefault: "",
      isOnlyFlag: true,
    },
    {
      key: VSYS,
      flag: "vsys",
      asks: "Firewall: virtual system",
      example: "vsys1",
      byDefault: "vsys1",
    },
    {
      key: REGION,
      flag: "region",
      asks: "AWS region",
      example: "eu-central-1",
      ...(region ? { byDefault: region } : {}),
    },
    {
      key: FIREWALL,
      flag: "firewall-interface",
      asks: "Firewall in AWS: ids of instances, network interfaces or endpoints that route tables point to",
      example: "eni-0123456789abcdef0 vpce-0123456789abcdef0",
    },
    {
      key: "aws-panos-rules:cleanupRule",
      flag: "cleanup-rule",
      asks: "Your last rule, above which new rules go, or interzone-default",
      example: "cleanup-deny",
    },
    {
      key: "aws-panos-rules:untrustZone",
      flag: "untrust-zone",
      asks: "Zone that traffic comes from",
      example: "untrust",
      byDefault: "untrust",
    },
    {
      key: "aws-panos-rules:trustZone",
      flag: "trust-zone",
      asks: "Zone of the instances",
      example: "trust",
      byDefault: "trust",
    },
    {
      key: "aws-panos-rules:profileGroup",
      flag: "profile-group",
      asks: "Security profile group of new rules (empty: none)",
      example: "inbound",
      byDefault: "",
    },
    {
      key: "aws-panos-rules:logSetting",
      flag: "log-setting",
      asks: "Log forwarding profile of new rules (empty: none)",
      example: "to-siem",
      byDefault: "",
    },
  ];
}

/** What is wrong with one answer, in the words of the settings that will read it. */
export function problemsWith({ key, example, byDefault }: Question, answer: string): string[] {
  if (answer === "" && byDefault === "") return [];
  if (answer === "") return [`an answer is needed; e.g. ${example}`];
  const wrong = `${JSON.stringify(answer)} won't do; e.g. ${example}`;
  if (key === STACK) return /^[A-Za-z0-9._-]{1,100}$/.test(answer) ? [] : [wrong];
  if (key === REGION) return /^[a-z]+(-[a-z]+)+-\d+$/.test(answer) ? [] : [wrong];
  const structure = structureOf(key, answer);
  if (structure === undefined && key === FIREWALL) return [wrong];
  const value = structure === undefined ? answer : JSON.stringify(structure);
  try {
    settingsFrom({ [key]: value }, () => true, "organization/project/stack", {
      PANOS_API_KEY: "given later",
    });
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems
      .filter((problem) => problem.key.startsWith(key))
      .map(({ problem }) => `${problem}; e.g. ${example}`);
  }
}

/** What an answer stands for where its setting is no text; undefined: it is, or the answer is wrong. */
export function structureOf(key: string, answer: string): object | undefined {
  if (key === PANORAMA) return { deviceGroup: answer, rulebase: "pre-rulebase" };
  return key === FIREWALL ? firewallIds(answer) : undefined;
}

/** The firewall's ids by their kinds, as the setting `firewall` has them; undefined if one is of no kind. */
export function firewallIds(answer: string): Record<string, string[]> | undefined {
  const targets: Record<string, string[]> = {};
  for (const id of answer.split(/[\s,]+/).filter((each) => each !== "")) {
    const kind = IDS[id.slice(0, Math.max(0, id.indexOf("-"))) as keyof typeof IDS] as string | undefined;
    if (kind === undefined) return undefined;
    (targets[kind] ??= []).push(id);
  }
  return targets;
}
