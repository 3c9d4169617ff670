import type { PanosClient } from "../../panos/client";
import { PanosError, UNAUTHORIZED, type PanosErrorCode } from "../../panos/error";
import { findActive, type ActiveFirewall } from "../../panos/ha";
import type { Location } from "../../panos/location";
import { configured } from "./configuration";
import type * as current from "./current-configuration";
import { providerSettings, type ProviderSettings } from "./provider-settings";

/** What a configuration that is out of date may lead to: another key, another address, another certificate. */
const MAY_BE_STALE: ReadonlySet<PanosErrorCode> = new Set([
  ...UNAUTHORIZED,
  "SESSION_TIMED_OUT",
  "UNREACHABLE",
  "CERTIFICATE",
  "TIMEOUT",
  "NOT_PANOS",
  "SETTINGS",
]);

/** A firewall that is asked something, while it may turn out not to be the active one. */
export interface Tried {
  client: PanosClient;
  settings: ProviderSettings;
}

type Opened = ActiveFirewall & Tried;

/**
 * Connects to a firewall, or the active one of its HA pair, with what Pulumi has handed over; and where that isn't
 * let in and may be out of date, with what the stack's configuration says now.
 * @param firewall its identity, `name/vsys`
 * @param onTry told of each one that is tried, before it is known whether that is the one
 * @param isStale whether Pulumi hands over the configuration of the last update: in refresh and destroy
 * @throws PanosError
 */
export async function openFirewall(
  firewall: string,
  location: Location,
  isStale: boolean,
  onTry: (tried: Tried) => void,
): Promise<Opened> {
  const open = async (settings: ProviderSettings): Promise<Opened> => {
    const connection = { ...settings.connection, ...location };
    return { ...(await findActive(connection, (client) => onTry({ client, settings }))), settings };
  };
  let given: ProviderSettings | undefined;
  try {
    given = providerSettings(firewall, configured);
    return await open(given);
  } catch (error) {
    if (!isStale || !(error instanceof PanosError) || !MAY_BE_STALE.has(error.code)) throw error;
    const settings = providerSettings(firewall, await configurationInstead(error));
    // Without the functions in it, which only say where the rest is from.
    const isSame = JSON.stringify(settings.connection) === JSON.stringify(given?.connection);
    if (isSame) throw error;
    return open(settings);
  }
}

/**
 * What the stack's configuration says now, after Pulumi's was of no use.
 * @throws PanosError the refusal, with why nothing newer could be read
 */
async function configurationInstead(refusal: PanosError): Promise<(key: string) => string | undefined> {
  // What reads it is hardly ever needed, and more than the rest of a start.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const module = require("./current-configuration") as typeof current;
  const { currentConfiguration, StackConfigurationError } = module;
  try {
    return await currentConfiguration();
  } catch (error) {
    if (!(error instanceof StackConfigurationError)) throw error;
    if (!UNAUTHORIZED.has(refusal.code) || refusal.code === "FORBIDDEN") throw refusal;
    throw new PanosError(
      refusal.code,
      `${refusal.message}. In refresh and destroy Pulumi hands over what the last update had, and what the stack's ` +
        `configuration has now could not be read: ${error.message}. Set PANOS_API_KEY (or PANOS_PASSWORD), or run ` +
        "`pulumi up` without --refresh, which hands over what it has now",
      { cause: refusal },
    );
  }
}
