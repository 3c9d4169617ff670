import type { DataSource } from "./data-sources";
import { Slots, TokenBucket, systemClock } from "./pace";
import type { Clock } from "./pace";
import { REQUEST_RATE } from "./rate";
import { refusalError, refusalOf } from "./refusal";
import type { Refusal } from "./refusal";

/** Per data source. More would only stand in line at the bucket. */
const AT_ONCE = 10;

/** The provider retries throttled calls itself; an error that arrives here has outlasted that. */
const ATTEMPTS = 4;
const FIRST_PAUSE_SECONDS = 2;

interface Refused {
  refusal: Refusal;
  error: Error;
}
type Outcome<Answer> = { answer: Answer } | Refused;

/** More calls of one action are ahead than may be made. */
export class TooManyLookups extends Error {
  override readonly name = "TooManyLookups";

  constructor(
    /** "DescribeSecurityGroupRules". */
    readonly action: string,
    readonly calls: number,
    /** The account that the data sources ask, where they know it. */
    readonly accountId: string | undefined,
  ) {
    super(`${action} would be called ${calls} times`);
  }
}

/** Asks data sources: within EC2's request rates, each question once, and nothing more after a failure. */
export class LookupReader {
  private readonly buckets = new Map<string, TokenBucket>();
  private readonly slots = new Map<object, Slots>();
  private readonly asked = new Map<object, Map<string, Promise<unknown>>>();
  private readonly calls = new Map<string, number>();
  private failure: Error | undefined;

  /** @param mostCalls of one API action, retries included; `expect` keeps them */
  constructor(
    private readonly clock: Clock = systemClock,
    private readonly mostCalls = Infinity,
  ) {}

  /**
   * Says how often a data source is about to be asked.
   * @throws TooManyLookups where an action behind it would be called too often, before that happens
   */
  expect<Arguments, Answer>(
    source: DataSource<Arguments, Answer>,
    questions: number,
    accountId: string | undefined,
  ): void {
    for (const action of new Set(source.actions)) {
      const each = source.actions.filter((other) => other === action).length;
      const calls = (this.calls.get(action) ?? 0) + each * questions;
      if (calls <= this.mostCalls) continue;
      // The first failure is everybody's.
      this.failure ??= new TooManyLookups(action.slice(action.indexOf(":") + 1), calls, accountId);
      throw this.failure;
    }
  }

  /**
   * The answer of a data source that always has one: a list.
   * @throws InventoryError that names the API action and the IAM permission
   */
  async ask<Arguments, Answer>(source: DataSource<Arguments, Answer>, args: Arguments): Promise<Answer> {
    const outcome = await this.once(source, args);
    if ("answer" in outcome) return outcome.answer;
    throw this.fail(source, args, outcome);
  }

  /** Like `ask`, for a single object: undefined if it has gone since it was listed. */
  async find<Arguments, Answer>(
    source: DataSource<Arguments, Answer>,
    args: Arguments,
  ): Promise<Answer | undefined> {
    const outcome = await this.once(source, args);
    if ("answer" in outcome) return outcome.answer;
    if (outcome.refusal === "vanished") return undefined;
    throw this.fail(source, args, outcome);
  }

  /** The first failure is everybody's: what still waits for its turn is not asked any more. */
  private fail<Arguments, Answer>(
    source: DataSource<Arguments, Answer>,
    args: Arguments,
    { refusal, error }: Refused,
  ): Error {
    return (this.failure ??= refusalError(refusal, source, args, error));
  }

  private once<Arguments, Answer>(
    source: DataSource<Arguments, Answer>,
    args: Arguments,
  ): Promise<Outcome<Answer>> {
    const questions = entry(this.asked, source, () => new Map<string, Promise<unknown>>());
    return entry(questions, JSON.stringify(args), () =>
      entry(this.slots, source, () => new Slots(AT_ONCE)).use(() => this.persist(source, args)),
    ) as Promise<Outcome<Answer>>;
  }

  private async persist<Arguments, Answer>(
    source: DataSource<Arguments, Answer>,
    args: Arguments,
  ): Promise<Outcome<Answer>> {
    for (let attempt = 1; ; attempt += 1) {
      for (const action of source.actions) this.count(action, 1);
      await Promise.all(source.actions.map((action) => this.bucket(action).take(1)));
      if (this.failure !== undefined) throw this.failure;
      const outcome = await attemptOf(source, args);
      if ("answer" in outcome) {
        const further = source.further?.(outcome.answer);
        if (further !== undefined) this.charge(further.action, further.calls);
        return outcome;
      }
      if (outcome.refusal !== "throttled" || attempt === ATTEMPTS) return outcome;
      const seconds = FIRST_PAUSE_SECONDS * 2 ** (attempt - 1);
      for (const action of new Set(source.actions)) this.bucket(action).pause(seconds);
    }
  }

  private charge(action: string, calls: number): void {
    this.count(action, calls);
    this.bucket(action).charge(calls);
  }

  private count(action: string, calls: number): void {
    this.calls.set(action, (this.calls.get(action) ?? 0) + calls);
  }

  private bucket(action: string): TokenBucket {
    const { burst, perSecond } = REQUEST_RATE;
    return entry(this.buckets, action, () => new TokenBucket(burst, perSecond, this.clock));
  }
}

async function attemptOf<Arguments, Answer>(
  source: DataSource<Arguments, Answer>,
  args: Arguments,
): Promise<Outcome<Answer>> {
  try {
    return { answer: await source.call(args) };
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    return { refusal: refusalOf(error.message, source.notFound), error };
  }
}

/** The map's value under this key, made first where there is none. */
function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const made = make();
  map.set(key, made);
  return made;
}
