import type { Report } from "../../settings/problems";
import { record, text, texts } from "./texts";

/** Accounts that forward what happens in them, and let the runner read them. */
export interface Members {
  /** Listed accounts, or an organization (or some of its units), new accounts included. */
  scope:
    | { kind: "accounts"; accounts: string[] }
    | { kind: "organization"; organization: string; units: string[]; callAs: "SELF" | "DELEGATED_ADMIN" };
  roleName: string;
  /** Of the role beside it that the guard takes on, where there is one. */
  guardRoleName: string;
  externalId: string | undefined;
}

const KEYS = [
  "accounts",
  "organization",
  "organizationalUnits",
  "delegatedAdministrator",
  "roleName",
  "externalId",
];
const EXAMPLE =
  '{"accounts": ["111122223333"]}, {"organization": "o-a1b2c3d4e5", "organizationalUnits": ["r-a1b2"]}';

/** `members`. */
export function memberSettings(value: unknown, key: string, report: Report): Members | undefined {
  if (value === undefined) return undefined;
  const given = record(value, key, KEYS, EXAMPLE, report);
  const accounts = texts(given["accounts"], `${key}.accounts`, /^\d{12}$/, "111122223333", report);
  const organization = text(
    given["organization"],
    `${key}.organization`,
    /^o-[a-z0-9]{10,32}$/,
    "o-a1b2c3d4e5",
    report,
  );
  const units = texts(
    given["organizationalUnits"],
    `${key}.organizationalUnits`,
    /^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$/,
    "r-a1b2 (the organization's root: all accounts)",
    report,
  );
  const delegated = given["delegatedAdministrator"] ?? false;
  if (typeof delegated !== "boolean") {
    report(`${key}.delegatedAdministrator`, "is neither true nor false", "true");
  }
  const roleName = text(
    given["roleName"],
    `${key}.roleName`,
    // IAM takes 64 characters, also of the guard's role beside it.
    /^[\w+=,.@-]{1,58}$/,
    "aws-panos-reader",
    report,
  );
  const externalId = text(
    given["externalId"],
    `${key}.externalId`,
    /^[\w+=,.@:/-]{2,1224}$/,
    "x-1234",
    report,
  );
  const named = roleName ?? "aws-panos-reader";
  const common = { roleName: named, guardRoleName: `${named}-guard`, externalId };
  if (organization === undefined) {
    if (accounts.length === 0) report(key, "names neither accounts nor an organization", EXAMPLE);
    return { scope: { kind: "accounts", accounts: [...new Set(accounts)] }, ...common };
  }
  if (accounts.length > 0) report(key, "names accounts and an organization: one of them", EXAMPLE);
  if (units.length === 0) {
    report(`${key}.organizationalUnits`, "is missing: the root means all accounts", '["r-a1b2"]');
  }
  const callAs = delegated === true ? "DELEGATED_ADMIN" : "SELF";
  return { scope: { kind: "organization", organization, units, callAs }, ...common };
}
