import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity";
import { getPartition } from "@pulumi/aws/getPartition";
import { getRegion } from "@pulumi/aws/getRegion";
import type { TriggerSettings } from "../settings";

/** Where the trigger is deployed to, and what its parts are called. */
export interface Context {
  settings: TriggerSettings;
  partition: string;
  account: string;
  region: string;
  /** The regions whose changes count. */
  watched: string[];
  /**
   * The name of what has to have a known one, because policies speak of it before it exists. A second trigger
   * for the same stack in the same account and region collides here, as it should.
   */
  name: string;
}

/** Asks the AWS provider where it is. */
export async function contextOf(settings: TriggerSettings): Promise<Context> {
  const [{ accountId }, { region }, { partition }] = await Promise.all([
    getCallerIdentity(),
    getRegion(),
    getPartition(),
  ]);
  return {
    settings,
    account: accountId,
    region,
    partition,
    watched: settings.regions ?? [region],
    // Functions' names have no dots.
    name: `aws-panos-${bareStack(settings).replaceAll(".", "-")}`,
  };
}

/** The stack's name without its organization. */
export function bareStack({ stack }: TriggerSettings): string {
  return stack.split("/").at(-1) ?? stack;
}

/** An ARN in the account and region of the trigger. */
export function arn({ partition, region, account }: Context, service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}
