import { BeyondLookups } from "./beyond";
import type { DataSource } from "./data-sources";
import type { InventoryError } from "./errors";
import { Slots, TokenBucket, systemClock } from "../lib/pace";
import type { Clock } from "../lib/pace";
import { REQUEST_RATE } from "./rate";
import { goneMeanwhile, refusalError, refusalOf, unansweredError, whatIsAsked } from "./refusal";
import type { Refusal } from "./refusal";
import { silent, type Tell } from "./tell";
import { Watch, type Patience } from "./watch";

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

/** Asks data sources: within EC2's request rates, each question once, and nothing more after a failure. */
export class LookupReader {
  private readonly buckets = new Map<string, TokenBucket>();
  private readonly slots = new Map<object, Slots>();
  private readonly asked = new Map<object, Map<string, Promise<unknown>>>();
  private readonly calls = new Map<string, number>();
  private readonly watch: Watch;
  private failure: Error | undefined;

  /**
   * @param mostCalls of one API action, retries included; `expect` keeps them
   * @param tell hears what is waited for, and what becomes of the plugin's own errors
   */
  constructor(
    private readonly clock: Clock = systemClock,
    private readonly mostCalls = Infinity,
    private readonly tell: Tell = silent,
    patience?: Patience,
  ) {
    this.watch = new Watch(tell, patience);
  }

  /** Nothing is told any more. */
  close(): void {
    this.watch.close();
  }

  /**
   * Says how often a data source is about to be asked.
   * @throws BeyondLookups where an action behind it would be called too often, before that happens
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
      this.failure ??= new BeyondLookups(
        `through data sources ${action.slice(action.indexOf(":") + 1)} would take ${calls} requests, and ` +
          `${this.mostCalls} take some ten seconds within EC2's request rates`,
        accountId,
      );
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
    throw this.fail(refusalError(outcome.refusal, source, args, outcome.error));
  }

  /** Like `ask`, for what can be done without: undefined where it isn't answered. */
  async tryAsk<Arguments, Answer>(
    source: DataSource<Arguments, Answer>,
    args: Arguments,
  ): Promise<Answer | undefined> {
    const outcome = await this.once(source, args);
    return "answer" in outcome ? outcome.answer : undefined;
  }

  /** Like `ask`, for a single object: undefined if it has gone since it was listed. */
  async find<Arguments, Answer>(
    source: DataSource<Arguments, Answer>,
    args: Arguments,
  ): Promise<Answer | undefined> {
    const outcome = await this.once(source, args);
    if ("answer" in outcome) return outcome.answer;
    if (outcome.refusal === "vanished") {
      if (source.tellsErrors === true) this.tell.warn(goneMeanwhile(source, args));
      return undefined;
    }
    throw this.fail(refusalError(outcome.refusal, source, args, outcome.error));
  }

  /** Like `find`, for one among several: the error where just this one may not be read. */
  async findReadable<Arguments, Answer>(
    source: DataSource<Arguments, Answer>,
    args: Arguments,
  ): Promise<Answer | InventoryError | undefined> {
    const outcome = await this.once(source, args);
    if (!("refusal" in outcome) || outcome.refusal !== "denied") return this.find(source, args);
    return refusalError(outcome.refusal, source, args, outcome.error);
  }

  /** The first failure is everybody's: what still waits for its turn is not asked any more. */
  private fail(error: Error): Error {
    return (this.failure ??= error);
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
    await this.turn(source);
    return this.watch.over(
      whatIsAsked(source, args),
      () => this.attempts(source, args),
      (seconds) => this.fail(unansweredError(source, args, seconds)),
    );
  }

  private async attempts<Arguments, Answer>(
    source: DataSource<Arguments, Answer>,
    args: Arguments,
  ): Promise<Outcome<Answer>> {
    for (let attempt = 1; ; attempt += 1) {
      if (attempt > 1) await this.turn(source);
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

  /** Waits until EC2's request rates allow the calls behind a question. */
  private async turn<Arguments, Answer>({ actions }: DataSource<Arguments, Answer>): Promise<void> {
    for (const action of actions) this.count(action, 1);
    await Promise.all(actions.map((action) => this.bucket(action).take(1)));
    if (this.failure !== undefined) throw this.failure;
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
