import type { MappingOptions } from "../mapping/types";
import { PROJECT } from "./configuration";
import { isRecord } from "../lib/records";
import { SETTINGS } from "./table";
import { PANOS_NAME } from "./table/forms";
import type { Report } from "./problems";

/**
 * `applications`: overrides of the application table, by protocol and port.
 * @param key where they are set, for messages
 */
export function applicationOverrides(
  value: unknown,
  report: Report,
  key = `${PROJECT}:applications`,
): MappingOptions["applications"] {
  const { example } = SETTINGS.applications;
  if (value === undefined) return {};
  if (!isRecord(value)) {
    report(key, "is not an object of applications by protocol and port", example);
    return {};
  }
  for (const [port, application] of Object.entries(value)) {
    const [, protocol, digits] = /^(tcp|udp)\/(\d{1,5})$/.exec(port) ?? [];
    const number = Number(digits ?? NaN);
    const place = `${key}["${port}"]`;
    if (!(number <= 65535)) report(place, "is not a protocol and a port", "tcp/8443");
    // No permission is called so, and the override would be none.
    else if (digits !== String(number)) {
      report(place, `has zeros before its port: write ${protocol}/${number}`, `${protocol}/${number}`);
    }
    if (application !== null && (typeof application !== "string" || !PANOS_NAME.test(application))) {
      report(
        `${key}["${port}"]`,
        `${JSON.stringify(application)} is not an application's name or null`,
        '"ssl"',
      );
    }
  }
  return value as MappingOptions["applications"];
}
