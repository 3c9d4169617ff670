import type { Connection } from "./connection";

/** How a key is come by. What is asked for fails with PanosError. */
export interface KeySource {
  /** Logs in for a new one. */
  issue(): Promise<string>;
  /** How long the device takes it, in milliseconds; undefined: for ever, or nobody knows. */
  lifetimeMs(key: string): Promise<number | undefined>;
}

interface HeldKey {
  value: string;
  /** When it was asked for, where we have logged in for it; others are used until they are refused. */
  issuedAt?: number;
  /** From when on a new one is asked for; undefined: not before it is refused. Absent: nobody has asked yet. */
  renewAt?: Promise<number | undefined>;
}

/** A key is renewed so long before its end, or at four fifths of a life that is shorter than five of these. */
const MARGIN_MS = 60_000;

/**
 * A key's life is asked for once it is as old as this: a run that ends before doesn't have to know it. The shortest is
 * a minute, which is renewed after 48 s.
 */
const LIFE_MATTERS_MS = 20_000;

/**
 * The API key that a client's requests carry: a configured one, one that is kept elsewhere, or one that is
 * logged in for. All requests share it, and everybody who waits for another one waits for the same. What is
 * asked for fails with PanosError.
 */
export class KeyHolder {
  private held: Promise<HeldKey> | undefined;

  /**
   * @param source asks the device
   * @param now milliseconds on a clock that only a test sets
   */
  constructor(
    private readonly connection: Pick<Connection, "apiKey" | "readApiKey" | "username" | "password">,
    private readonly source: KeySource,
    private readonly now: () => number,
  ) {}

  /** The key to send. One whose end is near is renewed first. */
  async current(): Promise<string> {
    const held = (this.held ??= this.remember(this.first()));
    const key = await held;
    const renewAt = await this.renewAt(key);
    if (renewAt === undefined || this.now() < renewAt) return key.value;
    if (this.held === held || this.held === undefined) this.held = this.remember(this.newLogin());
    return (await this.held).value;
  }

  /**
   * Another key than one that was refused: what somebody else who was refused got meanwhile, what the key's
   * keeper has by now, or that of a new login.
   * @returns undefined where there is no other
   */
  async insteadOf(refused: string): Promise<string | undefined> {
    const held = this.held;
    const known = await held?.catch(() => undefined);
    if (this.held === held && (known === undefined || known.value === refused))
      this.held = this.remember(this.another(refused));
    const { value } = await (this.held ?? this.remember(this.another(refused)));
    return value === refused ? undefined : value;
  }

  private renewAt(key: HeldKey): Promise<number | undefined> | undefined {
    const { value, issuedAt } = key;
    if (issuedAt === undefined || this.now() - issuedAt < LIFE_MATTERS_MS) return key.renewAt;
    return (key.renewAt ??= this.source.lifetimeMs(value).then((lifetimeMs) => {
      const margin = Math.min(MARGIN_MS, (lifetimeMs ?? 0) / 5);
      // The device counts from when it issued the key, which is later: so the renewal is rather too early.
      return lifetimeMs === undefined ? undefined : issuedAt + lifetimeMs - margin;
    }));
  }

  private async first(): Promise<HeldKey> {
    const { apiKey, readApiKey } = this.connection;
    if (apiKey !== undefined) return { value: apiKey };
    return readApiKey === undefined ? this.newLogin() : { value: await readApiKey() };
  }

  private async another(refused: string): Promise<HeldKey> {
    const { readApiKey, username, password } = this.connection;
    const kept = await readApiKey?.();
    if (kept !== undefined && kept !== refused) return { value: kept };
    if (username !== undefined && password !== undefined) return this.newLogin();
    return { value: refused };
  }

  private async newLogin(): Promise<HeldKey> {
    const issuedAt = this.now();
    return { value: await this.source.issue(), issuedAt };
  }

  /** A failure is not kept: the next request tries again. */
  private remember(key: Promise<HeldKey>): Promise<HeldKey> {
    key.catch(() => {
      if (this.held === key) this.held = undefined;
    });
    return key;
  }
}
