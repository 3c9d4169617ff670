import type { PanosClient } from "./client";
import { isRefusal } from "./error";

/** How many of each a device takes; undefined where it doesn't say. */
export interface Capacity {
  rules: number | undefined;
  services: number | undefined;
  addresses: number | undefined;
  addressGroups: number | undefined;
}

/** What is known of a device that says nothing. */
export const UNLIMITED: Capacity = {
  rules: undefined,
  services: undefined,
  addresses: undefined,
  addressGroups: undefined,
};

/**
 * Asks a device for its limits: `show system state filter cfg.general.max*`. PAN-OS documents neither the names
 * nor the limits of a model; the names are those that several public clients, which show a device's use of its
 * capacity, read from devices: `max-policy-rule`, `max-service`, `max-address` and `max-address-group`. Some
 * values are decimal and others hexadecimal, in one and the same answer. A device that refuses the command or has
 * other names says nothing, and nothing is made of that.
 */
export async function capacity(client: PanosClient): Promise<Capacity> {
  let text = "";
  try {
    const { result } = await client.op(
      "<show><system><state><filter>cfg.general.max*</filter></state></system></show>",
      true,
    );
    text = result?.text ?? "";
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  const value = (name: string): number | undefined => {
    const match = new RegExp(`^\\s*cfg\\.general\\.${name}:\\s*(0x[0-9a-f]+|\\d+)\\s*$`, "im").exec(text);
    return match ? Number(match[1]) : undefined;
  };
  return {
    rules: value("max-policy-rule"),
    services: value("max-service"),
    addresses: value("max-address"),
    addressGroups: value("max-address-group"),
  };
}
