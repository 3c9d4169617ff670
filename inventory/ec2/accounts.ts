import { checkedInventory } from "../checked";
import { InventoryError } from "../errors";
import { Slots } from "../../lib/pace";
import type { Clock } from "../../lib/pace";
import type { Tell } from "../tell";
import type { Inventory, UnreadAccount } from "../types";
import type { AwsAccess } from "../../aws/access";
import { merged } from "./merge";
import { collectEc2, type Ec2Answers, type Wanted } from "./read";

/** One region of one account to read. */
export interface AccountAccess {
  /** Known from the role; absent for the account of the credentials themselves. */
  accountId?: string;
  region: string;
  access: AwsAccess;
}

export interface AccountsSource extends Wanted {
  accounts: AccountAccess[];
  /** `keep`: read the others, and say in the inventory what could not be read. */
  onUnreadable: "stop" | "keep";
}

/** Regions that are read at the same time: each takes some 30 MB for a thousand interfaces and rules. */
const AT_ONCE = 4;

/**
 * One inventory of several accounts and regions.
 * @throws InventoryError that names the account, where one can't be read and nothing else is wanted
 */
export async function readAccounts(
  { accounts, onUnreadable, ...wanted }: AccountsSource,
  tell: Tell,
  clock?: Clock,
): Promise<Inventory> {
  const slots = new Slots(AT_ONCE);
  let stopped = false;
  const outcomes = await Promise.all(
    accounts.map((account) =>
      slots.use(async (): Promise<Outcome> => {
        // One that failed stops the others, unless they are wanted all the same.
        if (stopped) return { account };
        try {
          return {
            account,
            read: await collectEc2({ ...wanted, access: account.access }, clock),
          };
        } catch (error) {
          stopped = onUnreadable === "stop";
          return { account, error: error as Error };
        }
      }),
    ),
  );
  const failed = outcomes.filter((outcome) => outcome.error !== undefined);
  const read = outcomes.flatMap((outcome) => (outcome.read === undefined ? [] : [outcome.read]));
  const fatal = failed.find(
    ({ account }) => onUnreadable === "stop" || account.accountId === undefined || read.length === 0,
  );
  if (fatal !== undefined) throw unreadable(fatal, onUnreadable);
  requireDistinct(read);
  const seenLists = new Set(read.flatMap(({ answers }) => answers.prefixLists.map(({ id }) => id)));
  for (const { answers, warnings, unreadableLists } of read) {
    const unseen = [...unreadableLists].flatMap(([id, warning]) => (seenLists.has(id) ? [] : [warning]));
    for (const warning of [...warnings, ...unseen]) tell.warn(`account ${answers.accountId}: ${warning}`);
  }
  const unread = failed.map(({ account: { accountId = "", region }, error }): UnreadAccount => {
    const reason = error?.message ?? "";
    tell.warn(
      `account ${accountId} in ${region} can't be read, and its rules stay as they are on the firewall: ${reason}`,
    );
    return { accountId, region, reason };
  });
  const inventory = checkedInventory(
    merged(
      read.map(({ answers }) => answers),
      unread.length === 0,
    ),
    "ec2",
    tell,
  );
  return unread.length === 0 ? inventory : { ...inventory, unread };
}

interface Outcome {
  account: AccountAccess;
  read?: Ec2Answers;
  error?: Error;
}

function unreadable({ account, error }: Outcome, onUnreadable: "stop" | "keep"): InventoryError {
  const { accountId, region } = account;
  const what = `${accountId === undefined ? "the credentials' own account" : `account ${accountId}`} in ${region}`;
  const advice =
    onUnreadable === "stop"
      ? "Nothing is changed: without it, its rules would be removed. " +
        "To leave them as they are meanwhile, set aws-panos-rules:onUnreadable to keep"
      : accountId === undefined
        ? "Nothing is changed: which rules are its own can't be known"
        : "Nothing is changed: no account could be read";
  const inner = error instanceof InventoryError ? error : undefined;
  return new InventoryError(
    inner?.code ?? "LOOKUP_FAILED",
    `${what} can't be read. ${error?.message ?? ""}\n${advice}`,
    { ...inner?.details, cause: error },
  );
}

/** The same account twice is a mistake in a role, and would hide that another one isn't read. */
function requireDistinct(read: Ec2Answers[]): void {
  const seen = new Set<string>();
  for (const { answers } of read) {
    const place = `${answers.accountId} in ${answers.region}`;
    if (seen.has(place)) {
      throw new InventoryError(
        "ACCOUNT_REFUSED",
        `aws-panos-rules:accounts reads account ${place} twice. Check the roles, and leave one out`,
      );
    }
    seen.add(place);
  }
}
