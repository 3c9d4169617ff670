import { HOLD_TAG, ownerTag } from "../declaration/names";
import type { MappingOptions } from "../mapping/types";
import { applicationOverrides } from "./applications";
import { PROJECT } from "./configuration";
import { mappingScope } from "./mapping";
import type { Report } from "./problems";
import { quarantineSettings } from "./quarantine";
import type { TableReader } from "./reader";
import { removalSettings, type RemovalSettings } from "./removals";
import { expirySettings, recertifySettings } from "./time";
import type { Targets } from "./types";

/** What all firewalls have in common. */
export interface Common {
  ownerId: string;
  mapping: Omit<MappingOptions, "untrustZone" | "trustZone">;
  stack: string;
  skipAlreadyAllowed: boolean;
  allowApplicationShift: boolean;
  acceptRename: boolean;
  removals: RemovalSettings;
}

/** `ownerId`: whose everything is that is declared. */
export function ownerOf(read: TableReader, report: Report): string {
  const ownerId = read.text("ownerId") ?? "";
  if (ownerTag(ownerId) === HOLD_TAG) report(`${PROJECT}:ownerId`, 'can\'t be "hold"', "k3v9x2ab");
  return ownerId;
}

/** What the configuration says for each firewall alike. */
export function commonSettings(
  read: TableReader,
  { ownerId, stack, targets }: { ownerId: string; stack: string; targets: Targets },
  report: Report,
): Common {
  const quarantine = quarantineSettings(read.json("quarantine"), report);
  const removals = removalSettings(read, report);
  const expiry = expirySettings(read);
  const recertify = recertifySettings(read, report);
  const mapping: Common["mapping"] = {
    ownerId,
    ...targets,
    ...mappingScope(read, report),
    applications: applicationOverrides(read.json("applications"), report),
    ruleMode: read.choice("ruleMode"),
    destinations: read.choice("destinations"),
    ...(quarantine && { quarantine }),
    ...(expiry && { expiry }),
    ...(recertify && { recertify }),
  };
  const common: Common = {
    ownerId,
    stack,
    mapping,
    skipAlreadyAllowed: read.boolean("skipAlreadyAllowed"),
    allowApplicationShift: read.boolean("allowApplicationShift"),
    acceptRename: read.boolean("acceptRename"),
    removals,
  };
  if (mapping.destinationAddress === "nat" && mapping.destinations === "dynamic") {
    report(
      `${PROJECT}:destinationAddress`,
      "is nat, which names addresses in rules, so destinations can't be dynamic",
      "private",
    );
  }
  return common;
}
