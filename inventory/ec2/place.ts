import { homedir } from "node:os";
import { loadSharedConfigFiles } from "@smithy/core/config";
import { InventoryError } from "../errors";
import { given } from "../../lib/records";
import type { AwsAccess } from "../../aws/access";

/** Where AWS is asked. What is absent nobody says. */
export interface Place {
  region?: string;
  ec2?: string;
  sts?: string;
}

type Section = Record<string, string | undefined>;

/**
 * Where to ask, in the order of AWS's tools: settings, environment, shared files. The SDK would read the files too,
 * but only those in their usual places, and an address only of the profile that AWS_PROFILE names (AWS SDKs and
 * tools reference guide, "Service-specific endpoints"); the AWS provider reads whatever its settings name.
 * @throws InventoryError where a profile names services that are nowhere
 */
export async function placeOf(access: AwsAccess, environment: NodeJS.ProcessEnv): Promise<Place> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles(filesOf(access));
  const name = access.profile ?? (environment["AWS_PROFILE"] || "default");
  const profile: Section = { ...configFile[name], ...credentialsFile[name] };
  const isIgnored =
    (
      environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? profile["ignore_configured_endpoint_urls"]
    )?.toLowerCase() === "true";
  const configured = (service: "ec2" | "sts") =>
    isIgnored
      ? undefined
      : environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ||
        environment["AWS_ENDPOINT_URL"] ||
        servicesOf(name, profile, configFile)[`${service}.endpoint_url`] ||
        profile["endpoint_url"];
  const region =
    access.region ?? (environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"] || profile["region"]);
  return given({
    region,
    ec2: access.endpoints?.ec2 ?? configured("ec2"),
    sts: access.endpoints?.sts ?? configured("sts"),
  });
}

/** The shared files that the settings name; where they name none, AWS's tools know where they are. */
export function filesOf({ sharedConfigFile, sharedCredentialsFile }: AwsAccess) {
  const home = (file: string) => file.replace(/^~(?=\/)/, homedir());
  return {
    ...(sharedConfigFile !== undefined && { configFilepath: home(sharedConfigFile) }),
    ...(sharedCredentialsFile !== undefined && { filepath: home(sharedCredentialsFile) }),
  };
}

function servicesOf(name: string, profile: Section, file: Record<string, Section>): Section {
  const { services } = profile;
  if (services === undefined) return {};
  const section = file[`services.${services}`];
  if (section !== undefined) return section;
  throw new InventoryError(
    "LOOKUP_FAILED",
    `AWS inventory: profile ${name} names the services ${services}, a section that its file doesn't have`,
  );
}
