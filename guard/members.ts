import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { remembered } from "../inventory/ec2/access";
import { GuardError } from "./error";
import { roleIn, type Reach } from "./reach";
import { legible } from "./rules";

/** STS is asked in the guard's own region. What it doesn't answer by then leaves time for nothing else. */
const REQUESTS = { connectionTimeout: 500, requestTimeout: 900, throwOnRequestTimeout: true };

type Credentials = ReturnType<typeof remembered>;

/**
 * The credentials of the guard's role in a member account, taken on when they are needed and again before
 * they expire. They fail with GuardError `REACH`.
 * @param region the guard's own
 */
export function memberCredentials(account: string, reach: Reach, region: string): Credentials {
  const RoleArn = roleIn(account, reach);
  const taken = remembered(
    fromTemporaryCredentials({
      params: {
        RoleArn,
        RoleSessionName: "aws-panos-guard",
        ...(reach.externalId !== undefined && { ExternalId: reach.externalId }),
      },
      clientConfig: { region, maxAttempts: 2, requestHandler: REQUESTS },
    }),
  );
  return async (options) => {
    try {
      return await taken(options);
    } catch (error) {
      const { name, message } = error as Error;
      throw new GuardError(
        "REACH",
        `the role ${RoleArn} can't be taken on (${legible(`${name}: ${message}`, 300)}). The member's stack makes ` +
          "it: see whether that is there and as the trigger's last deployment made it",
        { cause: error },
      );
    }
  };
}

/** Of a place that the guard was not deployed for. */
export function noCredentials(place: string): Credentials {
  return () =>
    Promise.reject(
      new GuardError("REACH", `the guard was not deployed for ${place}: run pulumi up in trigger/ again`),
    );
}
