import type { EC2Client } from "@aws-sdk/client-ec2";
import { TokenBucket, type Clock } from "../../lib/pace";
import { CHANGE_RATE, REQUEST_RATE } from "../rate";

/** Has every attempt of a client wait for its turn: within EC2's request rates, which are counted by action. */
export class RequestPace {
  /** How often each action was called, retries included. */
  readonly calls = new Map<string, number>();
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(private readonly clock: Clock) {}

  /** Several clients of one account and region share their buckets. */
  keep({ middlewareStack }: Pick<EC2Client, "middlewareStack">): void {
    middlewareStack.add(
      (next, { commandName = "" }) =>
        async (args) => {
          const action = String(commandName).replace(/Command$/, "");
          await this.bucket(action).take(1);
          this.calls.set(action, (this.calls.get(action) ?? 0) + 1);
          return next(args);
        },
      { step: "finalizeRequest", priority: "low", name: "pace" },
    );
  }

  private bucket(action: string): TokenBucket {
    const existing = this.buckets.get(action);
    if (existing !== undefined) return existing;
    const { burst, perSecond } = /^(Describe|Get|List|Search)/.test(action) ? REQUEST_RATE : CHANGE_RATE;
    const bucket = new TokenBucket(burst, perSecond, this.clock);
    this.buckets.set(action, bucket);
    return bucket;
  }
}
