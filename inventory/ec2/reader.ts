import { setMaxListeners } from "node:events";
import type { EC2Client } from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { InventoryError } from "../errors";
import { systemClock } from "../../lib/pace";
import type { Clock } from "../../lib/pace";
import { clientsFor } from "./access";
import type { AwsAccess } from "../../aws/access";
import type { Clients } from "./access";
import { ec2Error } from "./refusal";
import type { Asked, Identity } from "./refusal";
import { RequestPace } from "./request-pace";

/** How much EC2's API gives at once (EC2 API reference, MaxResults of each action). */
export const PAGE = 1000;
/** Of route tables, and of prefix lists and their entries. */
export const SMALL_PAGE = 100;

/** A list in pages: one of the SDK's `paginate…` functions. */
type Paginate<Input, Page> = (
  config: { client: EC2Client; pageSize?: number },
  input: Input,
  options: { abortSignal: AbortSignal },
) => AsyncIterable<Page>;

/** Asks EC2 and STS in one region: within EC2's request rates, and nothing more after a failure. */
export class Ec2Reader {
  private readonly pace: RequestPace;
  private readonly failed = new AbortController();
  private who: Identity | undefined;

  private constructor(
    private readonly clients: Clients,
    clock: Clock,
  ) {
    // Every request under way listens to it, and more than ten are no leak.
    setMaxListeners(0, this.failed.signal);
    this.pace = new RequestPace(clock);
    this.pace.keep(this.clients.ec2);
    this.pace.keep(this.clients.optional);
  }

  /** How often each action was called, retries included. */
  get calls(): ReadonlyMap<string, number> {
    return this.pace.calls;
  }

  /** @throws InventoryError where the shared files contradict themselves */
  static async of(access: AwsAccess, clock: Clock = systemClock): Promise<Ec2Reader> {
    return new Ec2Reader(await clientsFor(access), clock);
  }

  /** The region that is asked, wherever it came from. */
  async region(): Promise<string> {
    try {
      return await this.clients.ec2.config.region();
    } catch (cause) {
      throw ec2Error({ what: "the region", action: "" }, cause as Error, {});
    }
  }

  async identity(): Promise<Identity> {
    const asked = { what: "the account's id", action: "GetCallerIdentity" };
    const { Account = "", Arn = "" } = await this.asking(asked, () =>
      this.clients.sts.send(new GetCallerIdentityCommand()),
    );
    return (this.who = { accountId: Account, arn: Arn });
  }

  /**
   * All pages of a list, in one.
   * @param pageSize the most that EC2 gives at once; absent where the input must not have one
   * @throws InventoryError that names the API action and the IAM permission
   */
  list<Input extends object, Page, Item>(
    asked: Asked,
    paginate: Paginate<Input, Page>,
    { input, pageSize, items }: List<Input, Page, Item>,
  ): Promise<Item[]> {
    return this.asking(asked, () => this.pages(this.clients.ec2, paginate, { input, pageSize, items }));
  }

  /**
   * Like `list`, of one thing among several: undefined where it has gone since it was listed, the error where just this
   * one may not be read.
   */
  find<Input extends object, Page, Item>(
    asked: Asked,
    paginate: Paginate<Input, Page>,
    list: List<Input, Page, Item>,
    notFound: string,
  ): Promise<Item[] | InventoryError | undefined> {
    return this.asking(asked, () =>
      this.pages(this.clients.ec2, paginate, list).catch(async (cause: Error) => {
        if (cause.name === notFound) return undefined;
        const error = ec2Error(asked, cause, await this.place());
        if (error.code === "ACCESS_DENIED") return error;
        throw error;
      }),
    );
  }

  /** Like `list`, for what can be done without: the error instead of the list. */
  async optionalList<Input extends object, Page, Item>(
    asked: Asked,
    paginate: Paginate<Input, Page>,
    list: List<Input, Page, Item>,
  ): Promise<Item[] | InventoryError> {
    try {
      return await this.pages(this.clients.optional, paginate, list);
    } catch (cause) {
      return ec2Error(asked, cause as Error, await this.place());
    }
  }

  close(): void {
    this.clients.ec2.destroy();
    this.clients.optional.destroy();
    this.clients.sts.destroy();
  }

  private async pages<Input extends object, Page, Item>(
    client: EC2Client,
    paginate: Paginate<Input, Page>,
    { input, pageSize, items }: List<Input, Page, Item>,
  ): Promise<Item[]> {
    const all: Item[] = [];
    const options = { abortSignal: this.failed.signal };
    for await (const page of paginate({ client, pageSize }, input, options)) {
      for (const item of items(page) ?? []) all.push(item);
    }
    return all;
  }

  private async asking<T>(asked: Asked, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      const error = ec2Error(asked, cause as Error, await this.place());
      this.failed.abort(error);
      throw error;
    }
  }

  private async place() {
    const region = await this.clients.ec2.config.region().catch(() => undefined);
    return { ...(region !== undefined && { region }), ...(this.who && { identity: this.who }) };
  }
}

/** A list to read: what is asked, how much at once, and where in an answer its items are. */
export interface List<Input, Page, Item> {
  input: Input;
  pageSize: number;
  items: (page: Page) => Item[] | undefined;
}
